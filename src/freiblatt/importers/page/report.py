"""What is said after moving in: for people in sentences, for programs as JSON."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from freiblatt.importers.page.saved import LeftOut, Reason, SavedPage, Warned

#: Longer lines are cut in sentences; the whole text stands in the file, at the line that is named.
LONGEST_QUOTE = 90

#: What the desk should look at, by kind. `text` is what the page says, `other` what it was taken for or belongs to.
WARNINGS = {
    "caption_or_heading": gettext_lazy(
        "“%(text)s” was taken as the caption of a lost picture; it may be a sub-heading."
    ),
    "short_lines": gettext_lazy("%(other)s short lines from “%(text)s” on were taken as one paragraph."),
    "parent_lost": gettext_lazy(
        "%(text)s answers %(other)s, whose comment the copy lost; a placeholder names %(other)s."
    ),
    "several_answered": gettext_lazy(
        "%(text)s answers %(other)s, who wrote several comments above; the nearest one was taken."
    ),
    "empty_comment": gettext_lazy("A comment by %(text)s has no text and was left out."),
    "unknown_line": gettext_lazy("“%(text)s” stands between article and comments; it was left out."),
    "ambiguous_date": gettext_lazy("“%(text)s” was read as %(other)s; day and month could be the other way round."),
    "name_taken_for_author": gettext_lazy("“%(text)s” stands alone below the headline and was taken for the author."),
    "no_author": gettext_lazy("The page names no author."),
    "encoding_guessed": gettext_lazy(
        "The file is not UTF-8; it was read as Windows-1252. Look at umlauts and quotation marks."
    ),
    "saved_on_assumed": gettext_lazy(
        "Ages such as “2 months ago” were counted back from %(text)s, when the file was last changed. "
        "--saved-on names another day."
    ),
    "language_unknown": gettext_lazy("The language of the page could not be told; “%(text)s” was taken."),
    "section_made": gettext_lazy("The section “%(text)s” (%(other)s) was made for it. --section names another one."),
    "edited_since": gettext_lazy(
        "The desk has edited “%(text)s” since it was moved in; the article was left as it is. Comments were "
        "brought up to date."
    ),
    "several_authors": gettext_lazy("Several authors are named %(text)s; the one at %(other)s was taken."),
    "badge_unknown": gettext_lazy(
        "%(text)s wears the author's badge but is no author of the article, and became a guest."
    ),
}


def as_json(page: SavedPage, *, url: str | None, warnings: list[str]) -> dict[str, Any]:
    """Return the documented object. `url` is None for an article that readers cannot open."""
    return {
        "article": {
            "title": page.headline,
            "url": url,
            "author": ", ".join(page.authors),
            "published_on": page.published_on.isoformat(),
            "paragraphs": page.paragraphs,
            "pictures": page.pictures,
        },
        "comments": {
            "announced": page.n_announced,
            "imported": len(page.comments),
            "parents_missing": len(page.lost),
        },
        "left_out": [left_out_sentence(left) for left in page.left_out],
        "warnings": warnings,
    }


def as_text(page: SavedPage, *, what_happened: str, warnings: list[str]) -> str:
    """Return the report for people."""
    lines = [what_happened, "", page.headline]
    facts = [
        _("by %(authors)s") % {"authors": ", ".join(page.authors)} if page.authors else _("no author"),
        page.published_on.isoformat(),
        ngettext("%(count)d paragraph", "%(count)d paragraphs", page.paragraphs) % {"count": page.paragraphs},
        ngettext("%(count)d lost picture", "%(count)d lost pictures", page.pictures) % {"count": page.pictures},
    ]
    lines.append("  " + " · ".join(facts))
    lines.append(
        "  "
        + _("comments: %(announced)d announced, %(imported)d in the copy, %(missing)d answered but lost")
        % {"announced": page.n_announced, "imported": len(page.comments), "missing": len(page.lost)}
    )
    if page.left_out:
        lines += ["", _("Left out:"), *(f"  {left_out_sentence(left)}" for left in page.left_out)]
    if warnings:
        lines += ["", _("Please look at:"), *(f"  {warning}" for warning in warnings)]
    return "\n".join(lines)


def left_out_sentence(left: LeftOut) -> str:
    """Return which line was left out and why."""
    return _("Line %(number)d, %(reason)s: %(text)s") % {
        "number": left.number,
        "reason": _reason(left.reason),
        "text": left.text,
    }


def _reason(reason: Reason) -> str:
    return {
        Reason.NAVIGATION: _("navigation of the site"),
        Reason.BEFORE_HEADLINE: _("above the headline (menu, section or kicker)"),
        Reason.READING_TIME: _("reading time, which is counted anew"),
        Reason.SHARING: _("buttons for sharing"),
        Reason.PLEA: _("plea for support"),
        Reason.SUBSCRIBE: _("subscribe box or form"),
        Reason.INTERFACE: _("words of the discussion's interface"),
        Reason.COUNTER: _("counter"),
        Reason.ORNAMENT: _("ornament"),
        Reason.RELATED: _("list of other articles"),
        Reason.FOOTER: _("footer of the site"),
        Reason.EMPTY_COMMENT: _("comment without text"),
        Reason.UNKNOWN: _("neither article nor comment"),
    }[reason]


def warning_sentence(warned: Warned) -> str:
    """Return what the desk should look at, as a sentence."""
    sentence = WARNINGS[warned.kind] % {"text": _short(warned.text), "other": _short(warned.other)}
    return (
        _("Line %(number)d: %(sentence)s") % {"number": warned.number, "sentence": sentence}
        if warned.number
        else sentence
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1].rstrip()}…"
