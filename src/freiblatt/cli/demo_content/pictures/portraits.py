"""The authors' portraits: profiles cut from black paper, as they hung in parlours before photographs."""

from collections.abc import Sequence

from PIL import Image

from freiblatt.cli.demo_content.pictures.press import (
    INK,
    PAPER,
    RED,
    SAND,
    STONE,
    Plate,
    Point,
    Sheet,
    dice,
    dots,
    smooth,
)

SIZE = (1000, 1000)


def _face(nose: float = 0, chin: float = 0, brow: float = 0, lips: float = 0) -> list[Point]:
    """Return a profile that looks to the right; the figures push its features forward, in pixels."""
    return smooth(
        [
            (470, 196),
            (560, 208),
            (632, 258),
            (664 + brow, 318),
            (668 + brow, 356),
            (656, 384),
            (672 + nose / 2, 424),
            (704 + nose, 468),
            (722 + nose, 490),
            (714 + nose, 504),
            (684, 512),
            (678, 522),
            (694 + lips, 538),
            (692 + lips, 550),
            (674, 557),
            (690 + lips, 568),
            (686, 584),
            (666, 598),
            (668 + chin, 620),
            (676 + chin, 646),
            (656 + chin, 676),
            (614, 690),
            (566, 704),
            (548, 730),
            (546, 790),
            (560, 830),
        ],
        steps=8,
    )


def _bust(plate: Plate, face: Sequence[Point], slope: float = 0) -> Plate:
    """Cut head, neck and shoulders."""
    front = smooth([(560, 830), (620, 866), (716, 902 + slope), (772, 960 + slope), (796, 1080)], steps=8)
    back = smooth(
        [
            (150, 1080),
            (172, 960 + slope),
            (236, 896 + slope),
            (340, 850),
            (378, 800),
            (384, 720),
            (362, 640),
            (318, 560),
            (290, 470),
            (290, 380),
            (322, 290),
            (388, 222),
            (470, 196),
        ],
        steps=8,
    )
    return plate.polygon([*face, *front, *back])


def _ground() -> Sheet:
    sheet = Sheet(SIZE, SAND)
    return sheet.print(Plate(SIZE).shade(16, 96).screened(dots(SIZE, 15)), (200, 189, 165))


def _finish(cut: Plate, gaps: Plate, accent: Plate, seed: int, is_turned: bool) -> Image.Image:
    """Print the profile on a medallion that a page may cut to a square, a circle or four by five."""
    medallion = Sheet(SIZE)
    medallion.print(cut, INK).print(gaps, PAPER).print(accent, RED).wear(seed)
    whole = medallion.finished()
    if is_turned:
        whole = whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture = _ground().print(Plate(SIZE).disc(500, 500, 392), STONE).finished()
    hole = Plate(SIZE).disc(500, 500, 387).finished()
    side = round(SIZE[0] * 0.87)
    placed = Image.new("RGB", SIZE, PAPER)
    placed.paste(whole.resize((side, side), Image.Resampling.LANCZOS), ((SIZE[0] - side) // 2, (SIZE[1] - side) // 2))
    picture.paste(placed, mask=hole)
    return picture


def marlene_voss() -> Image.Image:
    """A knot of hair, a stand-up collar."""
    cut, gaps, accent = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    _bust(cut, _face(nose=4, brow=-4))
    cut.blob(
        [
            (440, 182),
            (560, 190),
            (640, 246),
            (662, 300),
            (600, 330),
            (420, 470),
            (330, 540),
            (286, 470),
            (276, 360),
            (330, 246),
        ]
    )
    cut.blob([(330, 250), (250, 214), (190, 246), (172, 320), (206, 384), (276, 396), (320, 350)])
    for offset in (0, 26, 52):
        gaps.line(
            smooth(
                [
                    (626 - offset * 1.4, 268 + offset * 0.2),
                    (520 - offset, 290 + offset),
                    (400 - offset, 330 + offset * 0.8),
                    (318, 330 + offset * 0.6),
                ]
            ),
            4,
        )
    gaps.line(smooth([(318, 266), (300, 310), (312, 372)]), 6)
    gaps.line(smooth([(262, 250), (222, 276), (218, 330), (250, 360)]), 4)
    gaps.line(smooth([(372, 786), (440, 836), (552, 826)]), 7).line([(556, 830), (600, 1000)], 6)
    gaps.line(smooth([(346, 846), (430, 900), (566, 886)]), 4)
    accent.disc(446, 548, 13)
    return _finish(cut, gaps, accent, 51, False)


def tomas_brandl() -> Image.Image:
    """Glasses and a beard."""
    cut, gaps, accent = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    _bust(cut, _face(nose=14, brow=6), -14)
    cut.blob(
        [
            (470, 186),
            (570, 196),
            (630, 236),
            (620, 268),
            (520, 282),
            (470, 330),
            (456, 420),
            (330, 560),
            (284, 470),
            (284, 370),
            (330, 268),
        ]
    )
    rng = dice(52)
    beard = [
        (452, 520),
        (560, 590),
        (640, 590),
        (690, 600),
        (704, 660),
        (682, 730),
        (626, 766),
        (548, 752),
        (480, 690),
        (436, 600),
    ]
    cut.blob(beard)
    for _hair in range(26):
        x, y = rng.uniform(500, 680), rng.uniform(640, 730)
        gaps.line([(x, y), (x + rng.uniform(2, 12), y + rng.uniform(20, 34))], 3)
    gaps.line([(452, 404), (634, 388)], 6).ring(640, 398, 40, 6)
    gaps.line(smooth([(452, 404), (436, 410), (430, 436)]), 6)
    gaps.line(smooth([(446, 470), (468, 440), (486, 470), (466, 516), (450, 512)]), 5)
    gaps.polygon([(560, 832), (618, 868), (590, 960), (546, 880)])
    accent.polygon([(560, 852), (596, 880), (582, 940), (640, 1000), (560, 1000), (552, 920)])
    return _finish(cut, gaps, accent, 52, True)


def amina_kessler() -> Image.Image:
    """Curls and an ear-ring."""
    cut, gaps, accent = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    _bust(cut, _face(nose=-4, chin=-4, lips=5, brow=-6))
    rng = dice(53)
    curls = [
        (600, 212),
        (556, 178),
        (500, 158),
        (440, 156),
        (380, 174),
        (326, 206),
        (284, 250),
        (252, 304),
        (232, 362),
        (224, 424),
    ]
    curls += [
        (230, 488),
        (242, 552),
        (250, 618),
        (268, 680),
        (308, 730),
        (356, 748),
        (400, 700),
        (400, 620),
        (380, 540),
        (400, 440),
    ]
    curls += [
        (460, 360),
        (540, 290),
        (340, 320),
        (320, 420),
        (310, 520),
        (330, 620),
        (420, 260),
        (500, 230),
        (380, 380),
    ]
    for x, y in curls:
        cut.disc(x, y, rng.uniform(50, 68))
    for x, y in curls[:25]:
        radius = rng.uniform(24, 38)
        turn = [
            (x - radius, y),
            (x - radius * 0.4, y - radius),
            (x + radius * 0.6, y - radius * 0.5),
            (x + radius * 0.4, y + radius * 0.4),
        ]
        gaps.line(smooth(turn), 4)
    gaps.line(smooth([(386, 824), (450, 880), (590, 862)]), 6)
    accent.ring(474, 620, 27, 8)
    return _finish(cut, gaps, accent, 53, False)


def jonas_achterberg() -> Image.Image:
    """A shock of hair and a pencil behind the ear."""
    cut, gaps, accent = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    _bust(cut, _face(nose=8, chin=8), -8)
    cut.blob(
        [
            (470, 176),
            (590, 150),
            (690, 176),
            (716, 226),
            (660, 236),
            (690, 270),
            (616, 286),
            (520, 300),
            (470, 370),
            (452, 440),
            (356, 560),
            (296, 470),
            (280, 360),
            (322, 250),
        ]
    )
    for points in (
        [(690, 196), (600, 190), (500, 226), (420, 300)],
        [(660, 254), (580, 246), (490, 290), (430, 370)],
        [(430, 220), (370, 270), (338, 340)],
    ):
        gaps.line(smooth(points), 4)
    gaps.line(smooth([(446, 480), (466, 446), (492, 470), (476, 520), (452, 524)]), 5)
    accent.polygon([(372, 470), (380, 452), (600, 372), (628, 372), (608, 392), (386, 476)])
    gaps.polygon([(604, 371), (636, 370), (612, 390)])
    gaps.line(smooth([(376, 806), (446, 850), (556, 836)]), 7).line(smooth([(366, 822), (444, 872), (568, 856)]), 4)
    return _finish(cut, gaps, accent, 54, True)


def eilidh_murray() -> Image.Image:
    """A bob with a fringe, and a scarf."""
    cut, gaps, accent = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    _bust(cut, _face(nose=-2, chin=2, lips=2))
    cut.blob(
        [
            (450, 172),
            (560, 184),
            (646, 236),
            (690, 316),
            (682, 352),
            (600, 360),
            (560, 420),
            (566, 520),
            (552, 622),
            (470, 652),
            (350, 660),
            (272, 640),
            (252, 540),
            (256, 400),
            (296, 270),
            (360, 200),
        ]
    )
    for offset in (0, 40, 80, 120):
        gaps.line(
            smooth(
                [
                    (520 - offset * 0.6, 214 + offset * 0.1),
                    (540 - offset, 330),
                    (528 - offset, 480),
                    (520 - offset, 620),
                ]
            ),
            4,
        )
    gaps.line(smooth([(560, 214), (620, 262), (656, 330)]), 4).line(smooth([(540, 230), (590, 280), (620, 340)]), 4)
    scarf = smooth(
        [(352, 760), (450, 792), (572, 760), (604, 812), (590, 868), (470, 900), (340, 872), (320, 810)], is_closed=True
    )
    accent.polygon(scarf).polygon([(540, 860), (612, 850), (640, 1000), (560, 1000)])
    gaps.line(smooth([(344, 830), (450, 852), (590, 824)]), 4)
    return _finish(cut, gaps, accent, 55, False)
