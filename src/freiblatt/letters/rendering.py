"""From a room's templates to a letter's subject, text and HTML."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

import css_inline
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from freiblatt.letters.sender import sender

BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Words:
    """What a letter says, frozen."""

    subject: str
    text: str
    html: str


def render(template: str, context: Mapping[str, object], *, language: str, unsubscribe_url: str = "") -> Words:
    """Return what the templates `<template>.subject.txt`, `.txt` and `.html` make of `context` in `language`.

    They also know `sender` (`sender.py`), `language`, `subject` and `unsubscribe_url`. Nothing is fetched.
    """
    with translation.override(language), timezone.override(None):
        known = {"sender": sender(language), "language": language, "unsubscribe_url": unsubscribe_url, **context}
        subject = _plain(f"{template}.subject.txt", known).strip()
        known["subject"] = subject
        text = BLANK_LINES.sub("\n\n", _plain(f"{template}.txt", known)).strip() + "\n"
        html = get_template(f"{template}.html").render(known)
    return Words(subject=subject, text=text, html=_inliner().inline(html))


def _plain(name: str, context: Mapping[str, object]) -> str:
    """Return a template's text as it is: Django would escape what stands in it as if it were HTML."""
    return get_template(name).template.render(Context(dict(context), autoescape=False))


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    # Rules stay in the head too: without them a letter could not follow a dark screen.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
