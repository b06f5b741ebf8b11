"""The map of the North Pacific, after Natural Earth (public domain)."""

import itertools
import json
from importlib.resources import files

from PIL import Image

from freiblatt.cli.demo_content.pictures.press import INK, RED, SEA, Plate, Point, Sheet, lines, smooth

SIZE = (1600, 900)


def north_pacific() -> Image.Image:
    """Land, engraved shores, and a dotted line from Pyongyang to Anchorage."""
    data = json.loads(files(__package__).joinpath("north_pacific.json").read_text(encoding="utf-8"))
    left, top, right, _bottom = data["window"]
    zoom = SIZE[0] / (right - left)

    def at(point: list[float]) -> Point:
        return ((point[0] - left) * zoom, (point[1] - top) * zoom)

    land, coast, graticule = Plate(SIZE), Plate(SIZE), Plate(SIZE)
    for outline in data["land"]:
        points = [at(point) for point in outline]
        land.polygon(points)
        coast.line([*points, points[0]], 2)
    for arc in data["graticule"]:
        graticule.line([at(point) for point in arc], 1.2)
    sheet = Sheet(SIZE, SEA)
    sheet.print(graticule, (62, 76, 84))
    near = Plate(SIZE)
    near.image.paste(land.image)
    near.blur(30)
    sheet.print(near.without(land).screened(lines(SIZE, 7)), (120, 134, 138))
    sheet.print(land, (226, 218, 200))
    relief = Plate(SIZE)
    relief.image.paste(land.image)
    relief.blur(26)
    inland = Plate(SIZE, 255).without(relief).within(land)
    sheet.print(inland.screened(lines(SIZE, 7)), (172, 160, 134))
    sheet.print(coast, INK)
    start, goal = at(data["pyongyang"]), at(data["anchorage"])
    route = smooth([start, (start[0] + 330, start[1] - 235), (goal[0] - 380, goal[1] - 225), goal], steps=400)
    trail, halo = Plate(SIZE), Plate(SIZE)
    walked = 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(route):
        walked += ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        if walked >= 19:
            walked -= 19
            trail.disc(bx, by, 5)
            halo.disc(bx, by, 8.5)
    halo.disc(*start, 21).disc(*goal, 37)
    sheet.print(halo, (226, 218, 200)).print(trail, RED)
    marks = Plate(SIZE).disc(*start, 15).disc(*goal, 13).ring(*goal, 30, 5)
    return sheet.print(marks, (190, 44, 30)).finished()
