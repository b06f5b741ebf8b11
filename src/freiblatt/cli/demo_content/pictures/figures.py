"""Pictures that count: every bar, line and dot stands for a figure in the article.

Every function returns one finished picture; all are deterministic.
"""

import math

from PIL import Image

from freiblatt.cli.demo_content.pictures.press import (
    INK,
    PAPER,
    RED,
    SAND,
    SEA,
    STONE,
    Plate,
    Point,
    Sheet,
    dice,
    dots,
    hatch,
    lines,
)

SIZE = (1600, 1000)


def register() -> Image.Image:
    """A directory of 412 lines; the 139 without a name are red."""
    rng = dice(23)
    empty = set(rng.sample(range(412), 139))
    sheet = Sheet(SIZE)
    black, faint, red = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    for entry in range(412):
        column, row = divmod(entry, 103)
        left, y = 70 + column * 375, 52 + row * 8.75
        name = rng.uniform(70, 190)
        if entry in empty:
            red.box(left + 26, y, left + 318, y + 5.4)
        else:
            black.box(left + 26, y, left + 26 + name, y + 5.4)
            faint.box(left + 34 + name, y, left + rng.uniform(250, 318), y + 5.4)
        faint.box(left, y, left + 15, y + 5.4)
    rules = Plate(SIZE)
    for column in range(1, 4):
        rules.box(43 + column * 375, 40, 44.5 + column * 375, 960)
    sheet.print(faint, STONE).print(black, INK).print(red, RED, (1, 0)).print(rules, STONE)
    return sheet.wear(9).finished()


def readings() -> Image.Image:
    """The three series of the river as lines, and the threshold of 50 milligrams."""
    size = (1600, 900)
    sheet = Sheet(size)

    def at(place: int, value: float) -> Point:
        return (120 + place * 272, 800 - value * 10.4)

    grid = Plate(size)
    for value in (0, 10, 20, 30, 40, 60, 70):
        grid.box(80, at(0, value)[1] - 0.8, 1540, at(0, value)[1] + 0.8)
    sheet.print(grid, SAND)
    over = Plate(size).box(80, at(0, 70)[1], 1540, at(0, 50)[1])
    sheet.print(over.within(Plate(size, 62)).screened(hatch(size, 16)), (214, 178, 160))
    limit = Plate(size)
    for x in range(80, 1540, 34):
        limit.box(x, at(0, 50)[1] - 2.5, x + 20, at(0, 50)[1] + 2.5)
    sheet.print(limit, INK)
    series = (
        ((9, 14, 22, 31, 38, 33), STONE, 8),
        ((8, 15, 27, 48, 61, 46), INK, 8),
        ((9, 13, 25, 57, 63, 44), RED, 12),
    )
    for values, colour, width in series:
        points = [at(place, value) for place, value in enumerate(values)]
        sheet.print(Plate(size).line(points, width + 8), PAPER).print(Plate(size).line(points, width), colour)
        knots, holes = Plate(size), Plate(size)
        for x, y in points:
            knots.disc(x, y, 17)
            holes.disc(x, y, 8)
        sheet.print(knots, colour).print(holes, PAPER)
    axis = Plate(size).box(80, 798, 1540, 803)
    for place in range(6):
        axis.box(at(place, 0)[0] - 2, 803, at(place, 0)[0] + 2, 822)
        for mark in range(place + 1):
            axis.disc(at(place, 0)[0] + (mark - place / 2) * 15, 846, 4.5)
    return sheet.print(axis, INK).finished()


def books() -> Image.Image:
    """Two stacks of what came in and what went out."""
    sheet = Sheet(SIZE)
    sheet.print(Plate(SIZE).shade(20, 90).screened(lines(SIZE, 20)), SAND)
    income, spending = (6184.5, 2500, 1732, 340), (7420, 890, 612.4, 540, 246.3, 118.7, 97.85)
    scale = 800 / 10756.5
    floor = 900.0
    fills = (Plate(SIZE), Plate(SIZE), Plate(SIZE), Plate(SIZE))
    edges = Plate(SIZE)
    for left, parts in ((300, income), (860, spending)):
        y = floor
        for place, part in enumerate(parts):
            top = y - part * scale
            fills[place % 4].box(left, top, left + 440, y)
            edges.box(left, top - 1.6, left + 440, top + 1.6)
            y = top
    rest = Plate(SIZE).box(860, floor - 800, 1300, floor - sum(spending) * scale)
    screens = (lines(SIZE, 13), hatch(SIZE, 17), dots(SIZE, 13), hatch(SIZE, 17, True))
    for fill, screen, tone, colour in zip(fills, screens, (185, 120, 150, 190), (SEA, INK, INK, SEA), strict=True):
        sheet.print(fill, PAPER).print(fill.within(Plate(SIZE, tone)).screened(screen), colour)
    sheet.print(edges, INK).print(rest, RED, (3, -2))
    frame = Plate(SIZE).box(180, floor, 1420, floor + 8)
    for left in (300, 860):
        frame.line([(left, floor), (left, floor - 800)], 3.4).line(
            [(left + 440, floor), (left + 440, floor - 800)], 3.4
        )
    for x in range(750, 860, 22):
        frame.box(x, floor - 801.5, x + 12, floor - 798.5)
    return sheet.print(frame, INK).wear(12).finished()


def hospital_rent() -> Image.Image:
    """Result before rent, and rent, for five years."""
    size = (1600, 900)
    sheet = Sheet(size)
    grid = Plate(size)
    for value in range(1, 6):
        grid.box(90, 800 - value * 130 - 0.8, 1510, 800 - value * 130 + 0.8)
    sheet.print(grid, SAND)
    before, rent = Plate(size), Plate(size)
    for place, (result, paid) in enumerate(((1.4, 0.0), (1.1, 0.0), (1.3, 1.9), (1.5, 1.9), (2.2, 5.3))):
        left = 150 + place * 280
        before.box(left, 800 - result * 130, left + 92, 800)
        if paid:
            rent.box(left + 104, 800 - paid * 130, left + 196, 800)
    sheet.print(before, INK).print(rent, RED)
    sheet.print(rent.within(Plate(size, 70)).screened(hatch(size, 14)), (120, 24, 16))
    return sheet.print(Plate(size).box(90, 798, 1510, 804), INK).finished()


def fifteen_thousand() -> Image.Image:
    """Fifteen thousand dots, paler towards the margin."""
    size = (960, 640)
    rng = dice(41)
    sheet = Sheet(size)
    tones = {tone: Plate(size) for tone in range(6)}
    for place in range(15_000):
        row, column = divmod(place, 150)
        x, y = 33 + column * 6, 23 + row * 6
        away = math.hypot((x - 480) / 512, (y - 320) / 344) + rng.uniform(-0.1, 0.1)
        tones[min(5, max(0, int((away - 0.4) * 7.5)))].disc(x, y, 2.1)
    for tone, plate in tones.items():
        share = tone / 5 * 0.86
        colour = tuple(round(ink + (paper - ink) * share) for ink, paper in zip(INK, PAPER, strict=True))
        sheet.print(plate, colour)  # type: ignore[arg-type]
    return sheet.finished()
