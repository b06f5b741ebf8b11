"""Tables."""

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Media
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.telepath import register
from wagtail.blocks import BooleanBlock, CharBlock, FloatBlock
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock, TypedTableBlockAdapter

from freiblatt.articles.blocks.compared import StructBlock
from freiblatt.articles.blocks.text import CleanRichTextBlock


class CellsBlock(TypedTableBlock):
    """Columns of text, of numbers, of running text."""

    text = CharBlock(label=_("text"), required=False, max_length=500)
    number = FloatBlock(label=_("number"), required=False)
    rich_text = CleanRichTextBlock(label=_("running text"), required=False, features=["bold", "italic", "link"])


class CellsAdapter(TypedTableBlockAdapter):
    """Shows the cells in the editor without Wagtail's own caption: the table around them has one."""

    js_constructor = "freiblatt.articles.CellsBlock"

    @cached_property
    def media(self) -> Media:
        return super().media + Media(js=[versioned_static("articles/desk/cells.js")])


register(CellsAdapter(), CellsBlock)


class TableBlock(StructBlock):
    """A table with a caption that says what it shows, and headers that a screen reader tells with every cell."""

    caption = CharBlock(
        label=pgettext_lazy("of a table", "caption"), max_length=300, help_text=_("What the table shows.")
    )
    table = CellsBlock(label=_("table"))
    has_row_headers = BooleanBlock(label=_("the first column names the rows"), required=False, default=True)
    source = CharBlock(label=_("source"), required=False, max_length=300)

    class Meta:
        icon = "table"
        label = _("Table")
        group = _("Facts and files")
        template = "articles/blocks/table.html"
        label_format = "{caption}"

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        columns = value["table"].columns
        if not columns or not value["table"].row_data:
            raise StructBlockValidationError({"table": ValidationError(_("A table has at least one column and row."))})
        if not all(column["heading"].strip() for column in columns[1:]) or (
            len(columns) == 1 and not columns[0]["heading"].strip()
        ):
            raise StructBlockValidationError({"table": ValidationError(_("Give every column a heading."))})
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        table = value["table"]
        has_row_headers = bool(value.get("has_row_headers"))
        are_figures = [_holds_figures(table, place) for place in range(len(table.columns))]
        context["headings"] = [
            {"text": column["heading"], "is_number": column["block"].name == "number" or is_figures}
            for column, is_figures in zip(table.columns, are_figures, strict=True)
        ]
        context["rows"] = [
            [
                {
                    "block": cell,
                    "number": _printed(cell, are_figures[place]),
                    "is_header": place == 0 and has_row_headers,
                }
                for place, cell in enumerate(row)
            ]
            for row in table.rows
        ]
        return context

    def get_form_state(self, value: Any) -> Any:
        """Return what the editor shows; a caption that Wagtail's own field took before is not lost."""
        state = super().get_form_state(value)
        cells = state["table"]
        return {**state, "caption": state["caption"] or cells["caption"], "table": {**cells, "caption": ""}}


#: An amount as a writer types it, with sign, thousands, decimals, and a currency or percent at either end.
FIGURE = re.compile(r"[^\w\d]{0,3}\d[\d.,\s]*[%‰€$£]?")


def _holds_figures(table: Any, place: int) -> bool:
    """Whether a column of text reads as figures. The first never does: there, figures are names, as years are."""
    if place == 0 or table.columns[place]["block"].name != "text":
        return False
    cells = [str(row[place].value or "").strip() for row in table.rows]
    return any(cells) and all(FIGURE.fullmatch(cell) for cell in cells if cell)


def _printed(cell: Any, is_figure: bool) -> str | None:
    """Return a cell's figure as it is printed; None for a cell that is none."""
    if cell.block.name == "number":
        return _number(cell.value)
    return str(cell.value or "") if is_figure else None


#: Smaller numbers stay in one piece: they are counted at a glance, and a year is none that one groups.
GROUPED_FROM = 10_000


def _number(value: float | None) -> str:
    """Return a number as the active language prints it; "" for none."""
    if value is None:
        return ""
    exact = Decimal(repr(value))
    exact = exact.to_integral_value() if exact == exact.to_integral_value() else exact
    return number_format(f"{exact:f}", use_l10n=True, force_grouping=abs(exact) >= GROUPED_FROM)
