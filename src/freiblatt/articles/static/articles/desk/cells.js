// A table's cells in the editor. Wagtail draws a caption of its own over them; the table around them has one already, so
// its input stays empty and out of sight: Wagtail's form still sends it.
{
  const Cells = window.telepath.constructors["wagtail.contrib.typed_table_block.blocks.TypedTableBlock"];

  class CellsBlock extends Cells {
    render(placeholder, prefix, state, error) {
      const cells = super.render(placeholder, prefix, state, error);
      const input = cells.captionInput;
      input.type = "hidden";
      input.closest("[data-field-wrapper]").replaceWith(input);
      return cells;
    }
  }

  window.telepath.register("freiblatt.articles.CellsBlock", CellsBlock);
}
