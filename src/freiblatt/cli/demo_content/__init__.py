"""What stands in the demo: a small newspaper as of 15 August 2025, in German and English.

Texts are files that a writer can edit: `articles/` and `plain/` (`reading.py` explains the marks), `discussions/` (one
file for each article that has one) and `publication.toml` (sections, topics, authors, menus, front pages). `pictures/`
draws the pictures, `files.py` makes a document and a sound, `filling.py` puts everything into the database.

All dates are fixed and lie before the middle of August 2025, so the demo is the same on whatever day it is made. It
claims no present: the footer says as of when it stands. The articles on the Alaska summit deal with real events and
name for every claim who makes it; everything else is invented, and the imprint says so.
"""


def fill() -> None:
    """Put the demo's content into a founded publication without any; where it is there already, change nothing.

    Takes a few seconds. Must run with Django set up.
    """
    from freiblatt.cli.demo_content.filling import fill_publication

    fill_publication()


__all__ = ["fill"]
