"""How two versions of a block are shown beside each other at the desk: in words, without what is empty in both."""

import re
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.admin import compare

#: Where a line of running text ends; without it the last word of one paragraph is glued to the first of the next.
LINE_END = re.compile(r"(</(?:p|li|h\d|blockquote|tr|td|th)>|<br\s*/?>)", re.IGNORECASE)


class RunningTextComparison(compare.RichTextBlockComparison):
    """Compares rich text word by word, its paragraphs apart."""

    def htmldiff(self) -> SafeString:
        return compare.diff_text(self._words(self.val_a), self._words(self.val_b)).to_html()

    def htmlvalue(self, val: Any) -> SafeString:
        return escape(self._words(val))

    def _words(self, value: Any) -> str:
        return compare.text_from_html(LINE_END.sub(r"\1 ", self.block.render_basic(value)))


class WordsComparison(compare.StructBlockComparison):
    """Compares a block of named fields; says what a choice and a tick mean, and leaves out what is empty in both."""

    def htmlvalue(self, val: Any) -> SafeString:
        return self._listed(val, val, is_same=True)

    def htmldiff(self) -> SafeString:
        return self._listed(self.val_a, self.val_b, is_same=False)

    def _listed(self, before: Any, after: Any, *, is_same: bool) -> SafeString:
        rows = []
        for name, block in self.block.child_blocks.items():
            old, new = before[name], after[name]
            if _is_empty(old) and _is_empty(new):
                continue
            if isinstance(block, blocks.ChoiceBlock | blocks.BooleanBlock | blocks.CharBlock | blocks.URLBlock):
                old, new = _said(block, old), _said(block, new)
                shown = escape(new) if is_same else compare.diff_text(old, new).to_html()
            else:
                comparison = compare.get_comparison_class_for_block(block)(block, True, True, old, new)
                shown = comparison.htmlvalue(new) if is_same else comparison.htmldiff()
            rows.append((block.label, shown))
        return format_html("<dl>{}</dl>", format_html_join("\n", "<dt>{}</dt><dd>{}</dd>", rows))


class StructBlock(blocks.StructBlock):
    """A block of named fields that is compared in words."""

    def get_comparison_class(self) -> type[WordsComparison]:
        return WordsComparison


def _is_empty(value: Any) -> bool:
    return (
        value is None or value is False or value == "" or (isinstance(value, blocks.list_block.ListValue) and not value)
    )


def _said(block: blocks.Block, value: Any) -> str:
    """Return what a value means to the editor."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(block, blocks.ChoiceBlock):
        return str(dict(block.field.choices).get(value, value or ""))
    return "" if value is None else str(value)
