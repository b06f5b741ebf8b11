"""What readers who write and vote cost: by the form, as the program takes it, in an archive of 100 and of 100,000."""

import contextlib
import statistics
from collections.abc import Sequence

from bench import machine
from bench.measures import Row, at_most, told
from bench.publication import Hand, Site

#: Forms that each writer sends; the first ones, which find templates uncompiled, are left out.
FORMS, LEFT_OUT = 120, 10
WRITERS = 8


def posting(small: Site, large: Site) -> list[Row]:
    """Post and vote, alone and with eight writers at a time, below an article with nine comments."""
    rows: list[Row] = []
    for verb, what in (("post", "a comment"), ("vote", "a vote")):
        alone = {}
        for site in (small, large):
            with Hand(site.directory, core=machine.cores()[0]) as hand:
                alone[site] = hand.do(verb, article=site.few, number=FORMS, writer=99)
        here, there = alone[large], alone[small]
        size = f"{large.comments:,} stored"
        rows += [
            told(f"{what}, {size}: median", statistics.median(_kept(here["wall_ms"])), "ms"),
            at_most(f"{what}, {size}: p99 of the server's work (CPU)", _p99(here["cpu_ms"]), "ms", 10),
            at_most(
                f"{what}, CPU with {large.comments:,} stored against {small.comments:,}",
                statistics.median(_kept(here["cpu_ms"])) / statistics.median(_kept(there["cpu_ms"])),
                "",
                1.2,
            ),
        ]
        together = _together(large, verb)
        wall = [one for answer in together for one in _kept(answer["wall_ms"])]
        seconds = max(answer["seconds"] for answer in together)
        rows += [
            told(f"{what}, one writer: forms a second", len(here["wall_ms"]) / here["seconds"], "1/s"),
            told(f"{what}, {WRITERS} writers: forms a second", len(wall) / seconds, "1/s"),
            told(f"{what}, {WRITERS} writers: p99", _p99(wall), "ms"),
            at_most(f"{what}, {WRITERS} writers: refused by a busy database", sum(a["busy"] for a in together), "", 0),
        ]
    return rows


def slices(site: Site) -> list[Row]:
    """Put the first slice of a thread together, with 9, 1,000 and 10,000 comments in it."""
    with Hand(site.directory, core=machine.cores()[0]) as hand:
        found = {slug: hand.do("slice_ms", article=slug)["cpu_ms"] for slug in (site.few, site.some, site.many)}
    few, some, many = (statistics.median(times) for times in found.values())
    return [
        told("first slice of 9 comments: CPU", few, "ms"),
        told("first slice of 1,000: CPU", some, "ms"),
        told("first slice of 10,000: CPU", many, "ms"),
        at_most("the same, 10,000 comments against 1,000", many / some, "", 1.2),
    ]


def _together(site: Site, verb: str) -> list[dict]:
    """Return what each of eight writers saw, who send at the same time, one form after the other."""
    with contextlib.ExitStack() as stack:
        hands = [stack.enter_context(Hand(site.directory)) for _ in range(WRITERS)]
        for number, hand in enumerate(hands):
            hand.begin(verb, article=site.few, number=FORMS // 2, writer=number)
        return [hand.end() for hand in hands]


def _kept(times: Sequence[float]) -> Sequence[float]:
    return times[LEFT_OUT:]


def _p99(times: Sequence[float]) -> float:
    kept = sorted(_kept(times))
    return kept[min(len(kept) - 1, int(len(kept) * 0.99))]
