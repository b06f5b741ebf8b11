"""Land and water seen from above. Every function returns one finished picture; all are deterministic."""

import math
import random

from PIL import Image

from freiblatt.cli.demo_content.pictures.press import (
    INK,
    PAPER,
    RED,
    SEA,
    Plate,
    Point,
    Sheet,
    dice,
    dots,
    hatch,
    lines,
    smooth,
)

SIZE = (1600, 1000)


def parcels() -> Image.Image:
    """A cadastral map: fields in many hatchings, one of them red."""
    rng = dice(11)
    fields = [[(-80.0, -120.0), (1720.0, -60.0), (1690.0, 1110.0), (-60.0, 1090.0)]]
    while len(fields) < 58:
        fields.sort(key=_area)
        fields.extend(_cut(fields.pop(), rng))
    screens = [
        hatch(SIZE, 18),
        hatch(SIZE, 18, True),
        lines(SIZE, 14),
        dots(SIZE, 15),
        hatch(SIZE, 30),
        lines(SIZE, 22, 4, 90),
    ]
    groups = [Plate(SIZE) for _screen in screens]
    borders = Plate(SIZE)
    for place, field in enumerate(fields):
        borders.line([*field, field[0]], 5)
        if place % 5:
            groups[rng.randrange(len(groups))].polygon(field, rng.choice([46, 70, 98, 125]))
    sheet = Sheet(SIZE)
    for group, screen in zip(groups, screens, strict=True):
        sheet.print(group.screened(screen), (84, 86, 74))
    middle = min(fields, key=lambda field: math.dist(_centre(field), (930, 470)))
    sheet.print(Plate(SIZE).polygon(middle), PAPER).print(Plate(SIZE).polygon(middle), RED, (7, -5))
    stream = smooth(
        [(-20, 250), (180, 330), (330, 300), (520, 420), (640, 640), (840, 760), (1100, 740), (1360, 860), (1640, 850)]
    )
    sheet.print(Plate(SIZE).line(stream, 38), PAPER).print(Plate(SIZE).line(stream, 28), (150, 164, 166))
    sheet.print(borders.without(Plate(SIZE).line(stream, 34)), INK)
    stones = Plate(SIZE)
    for field in fields:
        for x, y in field:
            stones.disc(x, y, 9)
    sheet.print(stones, PAPER)
    marks = Plate(SIZE)
    for field in fields:
        for x, y in field:
            marks.ring(x, y, 9, 4)
    return sheet.print(marks, INK).wear(6).finished()


def _area(field: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(field, [*field[1:], field[0]], strict=True))) / 2


def _centre(field: list[Point]) -> Point:
    return (sum(x for x, _y in field) / len(field), sum(y for _x, y in field) / len(field))


def _cut(field: list[Point], rng: random.Random) -> list[list[Point]]:
    """Return a field in two, cut across its longest side."""
    count = len(field)
    longest = max(range(count), key=lambda side: math.dist(field[side], field[(side + 1) % count]))
    opposite = max(
        (side for side in range(count) if side != longest),
        key=lambda side: (
            math.dist(field[side], field[(side + 1) % count])
            - (1000 if abs(side - longest) in (1, count - 1) and count > 3 else 0)
        ),
    )
    first, second = sorted((longest, opposite))

    def between(side: int) -> Point:
        (ax, ay), (bx, by) = field[side], field[(side + 1) % count]
        share = rng.uniform(0.34, 0.66)
        return (ax + (bx - ax) * share, ay + (by - ay) * share)

    a, b = between(first), between(second)
    return [[a, *field[first + 1 : second + 1], b], [b, *field[second + 1 :], *field[: first + 1], a]]


def river() -> Image.Image:
    """A river among contour lines, with six places where water was taken."""
    sheet = Sheet(SIZE)
    course = smooth(
        [
            (-40, 210),
            (150, 250),
            (300, 180),
            (450, 260),
            (520, 430),
            (690, 470),
            (820, 380),
            (980, 420),
            (1060, 590),
            (1210, 640),
            (1330, 560),
            (1450, 640),
            (1520, 800),
            (1660, 860),
        ],
        steps=16,
    )
    contours = Plate(SIZE)
    rng = dice(29)
    for x, y, count, stretch in ((215, 720, 11, 1.25), (700, 70, 8, 1.7), (1330, 190, 10, 1.25), (840, 880, 9, 1.5)):
        phases = [rng.uniform(0, 6) for _wave in range(3)]
        for level in range(1, count):
            outline = []
            for degree in range(0, 360, 12):
                angle = math.radians(degree)
                radius = (
                    level
                    * 27
                    * (
                        1
                        + 0.16 * math.sin(2 * angle + phases[0])
                        + 0.10 * math.sin(3 * angle + phases[1])
                        + 0.05 * math.sin(5 * angle + phases[2])
                    )
                )
                outline.append((x + radius * stretch * math.cos(angle), y + radius * math.sin(angle)))
            closed = smooth([*outline, *outline[:3]], steps=5)
            contours.line(closed, 3.4 if level % 4 == 0 else 1.8)
    bank = Plate(SIZE)
    for place, (x, y) in enumerate(course):
        bank.disc(x, y, 46 + 26 * place / len(course))
    sheet.print(contours.without(bank), (170, 158, 130))
    shore, water = Plate(SIZE), Plate(SIZE)
    for place, (x, y) in enumerate(course):
        width = 9 + 26 * (place / len(course)) ** 1.2
        shore.disc(x, y, width + 5)
        water.disc(x, y, width)
    sheet.print(shore, SEA).print(water, (140, 158, 162))
    sheet.print(water.within(Plate(SIZE, 120)).screened(lines(SIZE, 10, 2, 80)), SEA)
    rings, fills = Plate(SIZE), Plate(SIZE)
    for share, value in ((0.045, 9), (0.2, 13), (0.37, 25), (0.565, 57), (0.73, 63), (0.92, 44)):
        x, y = course[int(share * (len(course) - 1))]
        radius = 8 * math.sqrt(value)
        fills.disc(x, y, radius)
        rings.ring(x, y, radius + 12, 3.5)
    sheet.print(rings, INK).print(fills, RED, (2, -2))
    return sheet.wear(10).finished()
