"""What stands at the harbour of Wiekhaven. Every function returns one finished picture; all are deterministic."""

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
    lines,
    smooth,
)

SIZE = (1600, 1000)


def harbour() -> Image.Image:
    """Three cranes before a pale sun."""
    sheet = Sheet(SIZE)
    sky = Plate(SIZE).shade(60, 120).within(Plate(SIZE).box(0, 0, 1600, 690))
    sheet.print(sky.screened(dots(SIZE, 15)), SAND)
    sun = Plate(SIZE).disc(1010, 430, 235)
    sheet.print(sun, RED, (3, -2))
    water = Plate(SIZE).shade(120, 250).within(Plate(SIZE).box(0, 690, 1600, 1000))
    sheet.print(Plate(SIZE).box(0, 690, 1600, 1000), (206, 203, 190))
    glitter = Plate(SIZE).shade(0, 255)
    path = Plate(SIZE).polygon([(900, 690), (1120, 690), (1290, 1000), (740, 1000)]).blur(24)
    sheet.print(water.screened(lines(SIZE, 17, 3, 170)), SEA)
    sheet.print(path.within(glitter.shade(190, 80)).screened(lines(SIZE, 17, 3, 170)), RED, (0, 6))
    cranes = Plate(SIZE)
    for x, scale, reach in ((300, 1.0, -1), (705, 0.82, 1), (1330, 1.12, -1)):
        _crane(cranes, x, 690, scale, reach)
    rng = dice(3)
    left = -20.0
    while left < 1600:
        width = rng.choice([46, 70, 92])
        for row in range(rng.choice([0, 1, 1, 2, 3])):
            cranes.box(left, 640 - row * 31, left + width - 4, 668 - row * 31)
        left += width
    cranes.box(0, 666, 1600, 704)
    for x in range(20, 1600, 64):
        cranes.box(x, 700, x + 9, 742)
    sheet.print(cranes, INK)
    return sheet.wear(1).finished()


def _crane(plate: Plate, x: float, ground: float, scale: float, reach: int) -> None:
    """Draw a quay crane: a portal on four legs, a tower, a boom held by stays, a hook."""

    def at(dx: float, dy: float) -> Point:
        return (x + dx * scale * reach, ground - dy * scale)

    beam = 11 * scale
    plate.line([at(-70, 0), at(-48, 240)], beam).line([at(70, 0), at(48, 240)], beam)
    plate.line([at(-62, 80), at(62, 80)], beam * 0.8).line([at(-55, 160), at(62, 80)], beam * 0.5)
    plate.line([at(-48, 240), at(48, 240)], beam * 1.3)
    plate.polygon([at(-44, 240), at(44, 240), at(34, 308), at(-34, 308)])
    plate.line([at(-20, 300), at(-6, 520)], beam).line([at(24, 300), at(-6, 520)], beam * 0.8)
    plate.line([at(-150, 318), at(350, 372)], beam).line([at(-150, 300), at(350, 354)], beam * 0.5)
    for step in range(-140, 340, 32):
        plate.line([at(step, 301 + (step + 150) * 0.108), at(step + 16, 319 + (step + 166) * 0.108)], beam * 0.35)
    plate.line([at(-6, 520), at(340, 366)], beam * 0.4).line([at(-6, 520), at(170, 345)], beam * 0.4)
    plate.line([at(-6, 520), at(-146, 312)], beam * 0.5)
    plate.polygon([at(-168, 322), at(-118, 328), at(-118, 268), at(-168, 262)])
    plate.line([at(300, 362), at(300, 170)], 3 * scale).polygon(
        [at(284, 170), at(316, 170), at(308, 140), at(292, 140)]
    )


def warehouse() -> Image.Image:
    """A brick warehouse with a stepped gable."""
    size = (1200, 1200)
    sheet = Sheet(size)
    sheet.print(Plate(size).shade(110, 30).screened(dots(size, 15)), SAND)
    gable: list[Point] = [(240, 1020), (240, 470)]
    for step in range(6):
        gable += [(240 + step * 60, 470 - step * 62), (300 + step * 60, 470 - step * 62)]
    gable += [(1200 - x, y) for x, y in reversed(gable)]
    house = Plate(size).polygon(gable)
    sheet.print(house, RED)
    sheet.print(house.within(Plate(size, 92)).screened(lines(size, 12)), (112, 24, 18))
    side = Plate(size).polygon([(960, 1020), (960, 470), (1200, 520), (1200, 1020)])
    sheet.print(side, (78, 24, 19))
    windows = Plate(size)
    for row in range(7):
        y = 420 + row * 82
        columns = range(-3, 4) if row else range(-2, 3)
        for column in columns:
            x = 600 + column * 92
            if column == 0:
                windows.box(x - 32, y - 4, x + 32, y + 56)
            else:
                windows.box(x - 19, y + 8, x + 19, y + 50).disc(x, y + 9, 19)
    windows.disc(600, 300, 40)
    sheet.print(windows, INK)
    panes = Plate(size)
    for row in range(7):
        y = 420 + row * 82
        for column in range(-3, 4) if row else range(-2, 3):
            if column:
                x = 600 + column * 92
                panes.box(x - 1.5, y - 8, x + 1.5, y + 50).box(x - 19, y + 24, x + 19, y + 27)
    sheet.print(panes, STONE)
    hoist = Plate(size).polygon([(560, 158), (640, 158), (640, 120), (600, 84), (560, 120)])
    hoist.box(596, 150, 604, 400).disc(600, 405, 9)
    sheet.print(hoist, INK)
    ground = Plate(size).box(0, 1016, 1200, 1200)
    sheet.print(ground, SEA)
    sheet.print(Plate(size).shade(20, 150).within(ground).screened(lines(size, 14, 2, 130)), STONE)
    return sheet.wear(2).finished()


def bollard() -> Image.Image:
    """A bollard with a rope, before sheet piling."""
    size = (1200, 1200)
    sheet = Sheet(size, SAND)
    piling = Plate(size)
    for x in range(-40, 1240, 120):
        piling.box(x, 0, x + 66, 830, 235)
        piling.box(x + 66, 0, x + 120, 830, 110)
    sheet.print(piling.screened(lines(size, 11)), SEA)
    quay = Plate(size).polygon([(0, 800), (1200, 760), (1200, 1200), (0, 1200)])
    sheet.print(quay, PAPER)
    sheet.print(Plate(size).shade(0, 120).within(quay).screened(dots(size, 16)), STONE)
    shadow = Plate(size).blob([(520, 1010), (900, 1000), (1150, 1060), (1120, 1110), (700, 1100), (470, 1070)])
    sheet.print(shadow, INK)
    post = Plate(size).blob(
        [
            (395, 520),
            (430, 440),
            (600, 405),
            (770, 440),
            (805, 520),
            (770, 590),
            (735, 640),
            (742, 860),
            (790, 980),
            (800, 1050),
            (600, 1085),
            (400, 1050),
            (410, 980),
            (458, 860),
            (465, 640),
            (430, 590),
        ]
    )
    sheet.print(post, RED)
    dark = Plate(size).polygon([(640, 380), (900, 380), (900, 1120), (700, 1120)]).blur(46)
    sheet.print(dark.within(post).screened(lines(size, 12, 2, 90)), INK)
    top = Plate(size).blob([(420, 505), (600, 445), (780, 505), (600, 560)])
    sheet.print(top.within(Plate(size, 120)).screened(lines(size, 12)), PAPER)
    rope = Plate(size)
    strands = Plate(size)
    for turn, y in enumerate((690, 742, 794)):
        curve = smooth([(440, y - 14), (520, y + 22), (600, y + 32), (690, y + 20), (762, y - 18)])
        rope.line(curve, 46)
        strands.line(curve, 46, 0)
        for place in range(2, len(curve) - 1, 2):
            x, height = curve[place]
            strands.line([(x - 9, height + 20), (x + 9, height - 20)], 5)
        if turn == 0:
            rope.line(smooth([(446, y), (300, y + 150), (120, y + 170), (-60, y + 60)]), 46)
    sheet.print(rope, PAPER)
    tail = smooth([(446, 690), (300, 840), (120, 860), (-60, 750)])
    for place in range(2, len(tail) - 1, 1):
        (x, y), (next_x, next_y) = tail[place], tail[place + 1]
        length = math.hypot(next_x - x, next_y - y) or 1
        along, across = ((next_x - x) / length, (next_y - y) / length), (-(next_y - y) / length, (next_x - x) / length)
        strands.line(
            [
                (x + across[0] * 20 - along[0] * 9, y + across[1] * 20 - along[1] * 9),
                (x - across[0] * 20 + along[0] * 9, y - across[1] * 20 + along[1] * 9),
            ],
            5,
        )
    sheet.print(strands.within(rope), INK)
    return sheet.wear(4).finished()


def siding() -> Image.Image:
    """Two rails that run to the horizon, and a signal."""
    size = (1200, 1200)
    sheet = Sheet(size)
    sheet.print(Plate(size).shade(150, 30).within(Plate(size).box(0, 0, 1200, 520)).screened(lines(size, 15)), SAND)
    field = Plate(size).box(0, 520, 1200, 1200)
    sheet.print(field, SAND)
    sheet.print(Plate(size).shade(10, 165).within(field).screened(dots(size, 15)), STONE)
    hills = Plate(size).blob(
        [(-60, 560), (120, 500), (330, 486), (520, 505), (720, 492), (960, 470), (1290, 530), (1200, 560)]
    )
    sheet.print(hills, SEA)
    sleepers = Plate(size)
    rails = Plate(size)
    vanish = (560, 512)

    def at(side: float, depth: float) -> Point:
        return (vanish[0] + side / depth, vanish[1] + 690 / depth)

    depth = 1.0
    while depth < 30:
        (left, y), (right, _same) = at(-430, depth), at(500, depth)
        sleepers.polygon([(left, y), (right, y), (right, y + 34 / depth), (left, y + 34 / depth)])
        depth *= 1.13
    for side in (-290, 330):
        rails.polygon([at(side - 26, 0.9), at(side + 26, 0.9), at(side + 20, 60), at(side - 20, 60)])
    sheet.print(sleepers, (92, 82, 66)).print(rails, INK)
    weeds = Plate(size)
    rng = dice(7)
    for _blade in range(420):
        depth = 1 / rng.uniform(0.05, 1) ** 1.2
        x, y = at(rng.uniform(-420, 480), depth)
        height = rng.uniform(30, 90) / depth
        weeds.line([(x, y), (x + rng.uniform(-14, 14) / depth, y - height)], max(1.2, 5 / depth))
    sheet.print(weeds, (70, 74, 52))
    signal = Plate(size).box(905, 190, 925, 800).box(880, 190, 950, 204).box(890, 780, 940, 806)
    sheet.print(signal, INK)
    sheet.print(Plate(size).polygon([(905, 215), (740, 180), (734, 222), (905, 262)]), RED)
    sheet.print(Plate(size).polygon([(790, 190), (768, 186), (763, 230), (786, 235)]), PAPER)
    return sheet.wear(5).finished()
