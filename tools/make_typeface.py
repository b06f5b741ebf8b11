"""Make the typeface files of `theme/static/theme/fonts` from Source Serif 4, and the figures of its fallbacks.

    python tools/make_typeface.py SOURCE TARGET [--fallback NAME=FILE ...]

SOURCE is the folder `files` of the npm package `@fontsource-variable/source-serif-4` (5.3.1 was used); needs
`fonttools` and `brotli`. Run it only to change the character set: its output is part of the repository.

The upright Latin file keeps two axes, cut to what a newspaper sets: weight 400-700 and optical size 20-60, so that
headlines get the finer display drawing from the same file that sets the text, in less than 60 kB. Its licence reserves
the name "Source" for the unchanged typeface, so ours is called Freiblatt Serif.
"""

import argparse
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FAMILY = "Freiblatt Serif"
FEATURES = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "lnum", "tnum", "pnum", "sups"]
WEIGHT = (400, 700)
#: Everything German, French, Spanish, Nordic and English texts are set in, with the printer's signs.
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x131, 0x152, 0x153, 0x178, 0x2C6, 0x2DA, 0x2DC),
    *range(0x2000, 0x2045),
    *(0x20AC, 0x2116, 0x2122, 0x2191, 0x2193, 0x2212, 0x2215),
]
#: How often letters occur in German and English running text, in per mille; weighs the average width.
FREQUENCY = {
    " ": 150, "e": 130, "n": 78, "i": 66, "s": 58, "r": 58, "t": 60, "a": 58, "d": 38, "h": 42, "u": 30, "l": 32,
    "o": 40, "c": 24, "g": 22, "m": 22, "f": 15, "w": 16, "b": 15, "k": 10, "z": 7, "p": 11, "v": 8, "ü": 4, "ä": 4,
    "E": 4, "S": 5, "D": 4, "A": 4, ".": 9, ",": 9,
}  # fmt: skip


def make(source: pathlib.Path, target: pathlib.Path, *, characters: list[int] | None, axes: dict) -> None:
    """Write one file with `characters` (None: all of the source's) and the `axes` cut as given."""
    font = TTFont(source)
    options = subset.Options()
    options.layout_features = FEATURES
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    present = font.getBestCmap()
    cutter.populate(unicodes=[c for c in (characters or present) if c in present])
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, axes)
    for record in list(font["name"].names):
        if record.nameID in (1, 3, 4, 6, 16, 25):
            text = FAMILY.replace(" ", "") if record.nameID in (6, 25) else FAMILY
            font["name"].setName(text, record.nameID, record.platformID, record.platEncID, record.langID)
    font.flavor = "woff2"
    font.save(target)
    sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs\n")


def average_width(font: TTFont) -> float:
    """Return the mean advance of running text as a part of the em."""
    names, widths = font.getBestCmap(), font["hmtx"]
    total = sum(FREQUENCY.values())
    return sum(widths[names[ord(c)]][0] * n for c, n in FREQUENCY.items()) / total / font["head"].unitsPerEm


def print_fallback(own: TTFont, name: str, file: str) -> None:
    """Print the `@font-face` figures that give `file` the width and the line of our own typeface."""
    adjust = average_width(own) / average_width(TTFont(file))
    em = own["head"].unitsPerEm
    sys.stdout.write(
        f"{name}: size-adjust {adjust:.1%}; ascent-override {own['hhea'].ascent / em / adjust:.1%}; "
        f"descent-override {-own['hhea'].descent / em / adjust:.1%}; line-gap-override 0%\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("--fallback", action="append", default=[], help="NAME=FILE")
    given = parser.parse_args()
    stem = "source-serif-4"
    text = {"wght": WEIGHT, "opsz": 20}
    for style, short in (("normal", ""), ("italic", "-italic")):
        latin = {"wght": WEIGHT, "opsz": (20, 60)} if style == "normal" else text
        for script, characters, axes in (("latin", LATIN, latin), ("latin-ext", None, text), ("cyrillic", None, text)):
            make(
                given.source / f"{stem}-{script}-opsz-{style}.woff2",
                given.target / f"freiblatt-serif-{script}{short}.woff2",
                characters=characters,
                axes=axes,
            )
    own = TTFont(given.target / "freiblatt-serif-latin.woff2")
    for pair in given.fallback:
        print_fallback(own, *pair.split("=", 1))


if __name__ == "__main__":
    main()
