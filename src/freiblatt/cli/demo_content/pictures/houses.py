"""What stands in rooms and streets: shelves, windows, screens.

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
    Sheet,
    dice,
    dots,
    lines,
    smooth,
)

SIZE = (1600, 1000)


def files() -> Image.Image:
    """Two shelves of binders; one stands where it should not."""
    rng = dice(19)
    sheet = Sheet(SIZE, SAND)
    sheet.print(Plate(SIZE, 70).screened(lines(SIZE, 13)), (198, 187, 164))
    spines = {INK: Plate(SIZE), SEA: Plate(SIZE), (92, 84, 70): Plate(SIZE), (128, 118, 98): Plate(SIZE)}
    labels, marks, edges, gap = (Plate(SIZE) for _plate in range(4))
    for shelf, floor in enumerate((478, 952)):
        x = -30.0
        while x < 1640:
            width = rng.choice([58, 58, 74, 74, 92])
            if shelf == 0 and x + width > 905 and x < 1110:
                gap = Plate(SIZE).box(x, 70, 1108, 478)
                x = 1110
                continue
            top = floor - 384 + rng.choice([0, 0, 0, 5])
            colour = rng.choice(list(spines))
            spines[colour].box(x + 2, top, x + width - 2, floor)
            edges.box(x + width - 5, top, x + width - 2, floor)
            labels.box(x + 11, top + 46, x + width - 11, top + 206)
            for row in range(rng.randint(2, 5)):
                long = rng.uniform(0.35, 0.9) * (width - 36)
                marks.box(x + 18, top + 64 + row * 22, x + 18 + long, top + 71 + row * 22)
            middle = x + width / 2
            labels.disc(middle, top + 316, 16)
            marks.disc(middle, top + 316, 9)
            x += width
    for colour, plate in spines.items():
        sheet.print(plate, colour)
    sheet.print(edges, INK).print(labels, PAPER).print(marks, INK)
    sheet.print(gap, (38, 34, 29))
    fallen = [(1003, 478), (918, 120), (1000, 100), (1085, 458)]
    sheet.print(Plate(SIZE).polygon(fallen), RED, (0, 14))
    sheet.print(Plate(SIZE).polygon([(955, 196), (1003, 185), (1040, 342), (992, 353)]), PAPER)
    boards = Plate(SIZE).box(0, 478, 1600, 520).box(0, 952, 1600, 1000)
    sheet.print(boards, (70, 52, 38))
    sheet.print(Plate(SIZE, 90).within(boards).screened(lines(SIZE, 9, 2, 400)), INK)
    return sheet.wear(8).finished()


def shutter() -> Image.Image:
    """A closed shutter with one open slat."""
    sheet = Sheet(SIZE, SAND)
    plaster = Plate(SIZE, 58)
    sheet.print(plaster.screened(dots(SIZE, 18)), (204, 193, 170))
    frame = Plate(SIZE).box(330, 60, 1270, 940)
    sheet.print(Plate(SIZE).box(352, 84, 1300, 972), (120, 110, 92)).print(frame, SEA)
    slats, shadows, light = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    for wing, left in enumerate((366, 812)):
        for row in range(17):
            top = 104 + row * 47
            if (wing, row) == (1, 7):
                light.box(left, top - 6, left + 422, top + 44)
                slats.box(left, top + 30, left + 422, top + 38)
            else:
                slats.polygon([(left, top + 6), (left + 422, top + 6), (left + 422, top + 38), (left, top + 38)])
                shadows.box(left, top + 29, left + 422, top + 44)
    sheet.print(slats, (92, 108, 112)).print(shadows, INK).print(light, RED, (0, 0))
    glow = Plate(SIZE).box(812, 436, 1234, 472).blur(5)
    sheet.print(glow.within(Plate(SIZE, 110)).screened(lines(SIZE, 9)), (240, 196, 150))
    sheet.print(slats.within(Plate(SIZE, 70)).screened(lines(SIZE, 10, 1.5, 260)), SEA)
    iron = Plate(SIZE).box(796, 60, 804, 940).box(772, 470, 828, 500).disc(800, 485, 22)
    for y in (170, 800):
        iron.box(310, y, 392, y + 16).box(1208, y, 1290, y + 16).disc(318, y + 8, 15).disc(1282, y + 8, 15)
    sheet.print(iron, INK)
    sill = Plate(SIZE).box(280, 940, 1320, 1000)
    sheet.print(sill, (232, 224, 206)).print(Plate(SIZE).box(280, 938, 1320, 944), INK)
    return sheet.wear(13).finished()


def hospital() -> Image.Image:
    """A façade at night: one floor is dark but for a single window."""
    rng = dice(31)
    sheet = Sheet(SIZE, SEA)
    sheet.print(Plate(SIZE).shade(150, 20).screened(dots(SIZE, 15)), INK)
    sheet.print(Plate(SIZE).disc(1320, 150, 62), (226, 216, 190))
    sheet.print(Plate(SIZE).disc(1346, 138, 56), (30, 38, 44))
    block = Plate(SIZE).box(150, 210, 1450, 900).box(560, 120, 900, 210)
    sheet.print(block, (62, 66, 66))
    sheet.print(Plate(SIZE).shade(20, 120).within(block).screened(lines(SIZE, 12)), (34, 38, 40))
    lit, dim, dark, red, bars = (Plate(SIZE) for _plate in range(5))
    for floor in range(6):
        for column in range(17):
            x, y = 186 + column * 74, 246 + floor * 104
            plate = dark if floor == 2 else rng.choice([lit, lit, lit, dim, dark])
            if (floor, column) == (2, 11):
                plate = red
            plate.box(x, y, x + 48, y + 66)
            bars.box(x + 22.5, y, x + 25.5, y + 66).box(x, y + 22, x + 48, y + 24.5)
    sheet.print(dark, (26, 28, 28)).print(dim, (150, 138, 108)).print(lit, (238, 224, 178)).print(red, (200, 52, 36))
    sheet.print(bars, (48, 50, 50))
    sheet.print(Plate(SIZE).box(715, 140, 745, 192).box(704, 151, 756, 181), (238, 224, 178))
    ground = Plate(SIZE).polygon([(0, 896), (1600, 896), (1600, 1000), (0, 1000)])
    sheet.print(ground, INK)
    sheet.print(Plate(SIZE).shade(60, 200).within(ground).screened(lines(SIZE, 13, 2, 200)), (70, 66, 56))
    trees = Plate(SIZE)
    for x, height in ((70, 250), (1530, 300), (1400, 150), (230, 130)):
        for _twig in range(46):
            angle = rng.uniform(-2.6, -0.5)
            reach = rng.uniform(0.3, 0.62) * height
            trees.line(
                [
                    (x, 900 - height * 0.45),
                    (x + reach * math.cos(angle), 900 - height * 0.45 + reach * math.sin(angle)),
                ],
                3,
            )
        trees.line([(x, 905), (x, 900 - height * 0.5)], 10)
    return sheet.print(trees, INK).finished()


def video_conference() -> Image.Image:
    """A wall of screens with heads on them, one of them red."""
    sheet = Sheet(SIZE, SEA)
    rng = dice(37)
    panes, heads, red_pane, red_head, glow = (Plate(SIZE) for _plate in range(5))
    for row in range(3):
        for column in range(4):
            left, top = 58 + column * 375, 52 + row * 302
            is_red = (row, column) == (1, 2)
            (red_pane if is_red else panes).box(left, top, left + 355, top + 282)
            glow.box(left, top, left + 355, top + 282, rng.choice([40, 62, 84, 104]))
            x, y = left + 178 + rng.uniform(-26, 26), top + 128 + rng.uniform(-8, 14)
            head = red_head if is_red else heads
            wide = rng.uniform(46, 54)
            head.blob(
                [
                    (x, y - 68),
                    (x + wide, y - 30),
                    (x + wide * 0.86, y + 26),
                    (x, y + 62),
                    (x - wide * 0.86, y + 26),
                    (x - wide, y - 30),
                ]
            )
            head.box(x - 24, y + 30, x + 24, y + 96)
            shoulder = rng.uniform(112, 140)
            body = [(x - shoulder, top + 330), (x - shoulder * 0.9, y + 118), (x - 36, y + 78), (x + 36, y + 78)]
            body += [(x + shoulder * 0.9, y + 118), (x + shoulder, top + 330)]
            head.polygon([(px, min(py, top + 282)) for px, py in smooth(body, is_closed=True)])
    sheet.print(panes, SAND).print(glow.within(panes).screened(dots(SIZE, 12)), STONE)
    sheet.print(heads.within(panes), INK)
    sheet.print(red_pane, RED).print(red_head.within(red_pane), PAPER)
    sheet.print(Plate(SIZE, 84).within(heads).within(panes).screened(lines(SIZE, 8)), (74, 70, 62))
    return sheet.finished()
