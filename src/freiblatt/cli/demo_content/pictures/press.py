"""The printing press: plates, screens and ink, so that every picture of the demo looks printed by the same hand."""

import math
import random
from collections.abc import Callable, Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]

PAPER: Colour = (243, 238, 226)
SAND: Colour = (222, 213, 194)
STONE: Colour = (150, 141, 122)
INK: Colour = (25, 24, 21)
SEA: Colour = (34, 46, 54)
RED: Colour = (168, 40, 28)

#: Pictures are drawn at twice their size and reduced, which makes all edges smooth.
SCALE = 2


def dice(seed: int) -> random.Random:
    """Return chance that falls the same way every time."""
    return random.Random(seed)  # noqa: S311 (pictures, not secrets)


class Plate:
    """A mask in which white takes ink. Coordinates are pixels of the finished picture."""

    def __init__(self, size: tuple[int, int], tone: int = 0) -> None:
        self.size = size
        self.image = Image.new("L", (size[0] * SCALE, size[1] * SCALE), tone)
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: Iterable[Point], tone: int = 255) -> "Plate":
        """Fill a polygon."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=tone)
        return self

    def blob(self, points: Sequence[Point], tone: int = 255) -> "Plate":
        """Fill a closed shape whose outline runs smoothly through `points`."""
        return self.polygon(smooth(points, is_closed=True), tone)

    def box(self, left: float, top: float, right: float, bottom: float, tone: int = 255) -> "Plate":
        """Fill a rectangle."""
        return self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], tone)

    def disc(self, x: float, y: float, radius: float, tone: int = 255) -> "Plate":
        """Fill a circle."""
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self._draw.ellipse(box, fill=tone)
        return self

    def ring(self, x: float, y: float, radius: float, width: float, tone: int = 255) -> "Plate":
        """Draw a circle's outline."""
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self._draw.ellipse(box, outline=tone, width=round(width * SCALE))
        return self

    def line(self, points: Sequence[Point], width: float, tone: int = 255) -> "Plate":
        """Draw a line with rounded joints and ends."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=tone, width=max(1, round(width * SCALE)), joint="curve")
        radius = width * SCALE / 2
        for x, y in (scaled[0], scaled[-1]):
            self._draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=tone)
        return self

    def shade(self, top: int, bottom: int) -> "Plate":
        """Replace everything by a vertical gradient between two tones."""
        strip = Image.new("L", (1, 256))
        strip.putdata([round(top + (bottom - top) * row / 255) for row in range(256)])
        self.image.paste(strip.resize(self.image.size, Image.Resampling.BILINEAR))
        return self

    def blur(self, radius: float) -> "Plate":
        """Soften everything."""
        # Blurring a quarter-size copy looks the same and takes a sixteenth of the time.
        small = self.image.resize((self.image.width // 4, self.image.height // 4), Image.Resampling.BOX)
        small = small.filter(ImageFilter.GaussianBlur(radius * SCALE / 4))
        self.image.paste(small.resize(self.image.size, Image.Resampling.BILINEAR))
        return self

    def within(self, other: "Plate") -> "Plate":
        """Return a plate that inks only where both do."""
        return self._with(ImageChops.multiply(self.image, other.image))

    def without(self, other: "Plate") -> "Plate":
        """Return a plate that does not ink where `other` does."""
        return self._with(ImageChops.multiply(self.image, ImageChops.invert(other.image)))

    def screened(self, screen: Image.Image) -> "Plate":
        """Return this plate's tones as dots or lines: the lighter the tone, the larger they are."""
        difference = ImageChops.subtract(self.image, screen)
        return self._with(difference.point([0] + [255] * 255))

    def finished(self) -> Image.Image:
        """Return the mask at the picture's own size."""
        return self.image.reduce(SCALE)

    def _with(self, image: Image.Image) -> "Plate":
        plate = Plate.__new__(Plate)
        plate.size, plate.image, plate._draw = self.size, image, ImageDraw.Draw(image)
        return plate


class Sheet:
    """Paper that plates are printed on, one after the other."""

    def __init__(self, size: tuple[int, int], paper: Colour = PAPER) -> None:
        self.size = size
        self.image = Image.new("RGB", (size[0] * SCALE, size[1] * SCALE), paper)

    def print(self, plate: Plate, colour: Colour, shift: Point = (0, 0)) -> "Sheet":
        """Print `plate` in an opaque colour, out of register by `shift`."""
        place = (round(shift[0] * SCALE), round(shift[1] * SCALE))
        self.image.paste(Image.new("RGB", plate.image.size, colour), place, plate.image)
        return self

    def wear(self, seed: int, paper: Colour = PAPER) -> "Sheet":
        """Leave tiny specks unprinted, as old type does. The same seed gives the same specks."""
        width, height = self.size[0] // 2, self.size[1] // 2
        noise = Image.frombytes("L", (width, height), dice(seed).randbytes(width * height))
        noise = noise.filter(ImageFilter.GaussianBlur(0.8))
        specks = noise.point([255] * 56 + [0] * 200)
        self.image.paste(
            Image.new("RGB", self.image.size, paper), mask=specks.resize(self.image.size, Image.Resampling.BILINEAR)
        )
        return self

    def finished(self) -> Image.Image:
        """Return the picture at its own size."""
        return self.image.reduce(SCALE)


def _tiled(size: tuple[int, int], tile: Image.Image) -> Image.Image:
    full = (size[0] * SCALE, size[1] * SCALE)
    screen = Image.new("L", full)
    screen.paste(tile, (0, 0))
    width, height = tile.size
    while width < full[0]:
        screen.paste(screen.crop((0, 0, width, height)), (width, 0))
        width *= 2
    while height < full[1]:
        screen.paste(screen.crop((0, 0, full[0], height)), (0, height))
        height *= 2
    return screen


def _tile(width: int, height: int, tone: Callable[[int, int], float]) -> Image.Image:
    tile = Image.new("L", (width, height))
    tile.putdata([min(254, max(1, round(tone(x, y) * 255))) for y in range(height) for x in range(width)])
    return tile


def dots(size: tuple[int, int], pitch: float) -> Image.Image:
    """Return a screen of round dots on a diagonal grid, `pitch` pixels between rows."""
    period = round(pitch * SCALE * 2)
    turn = 2 * math.pi / period
    return _tiled(
        size,
        _tile(period, period, lambda x, y: 0.5 - (math.cos(turn * (x + y)) + math.cos(turn * (x - y))) / 4.05),
    )


def lines(size: tuple[int, int], pitch: float, wave: float = 0, length: float = 240) -> Image.Image:
    """Return a screen of horizontal lines that swing by `wave` pixels over `length`."""
    high, wide = round(pitch * SCALE), round(length * SCALE) if wave else 8

    def tone(x: int, y: int) -> float:
        place = (y + wave * SCALE * math.sin(2 * math.pi * x / wide)) / high % 1
        return abs(place * 2 - 1)

    return _tiled(size, _tile(wide, high, tone))


def hatch(size: tuple[int, int], pitch: float, is_falling: bool = False) -> Image.Image:
    """Return a screen of diagonal lines, `pitch` pixels apart along the edge."""
    period = round(pitch * SCALE)
    sign = -1 if is_falling else 1
    return _tiled(size, _tile(period, period, lambda x, y: abs(((x + sign * y) / period % 1) * 2 - 1)))


def smooth(points: Sequence[Point], *, is_closed: bool = False, steps: int = 10) -> list[Point]:
    """Return a finer line through `points` (Catmull and Rom's spline)."""
    count = len(points)
    found: list[Point] = []
    for place in range(count if is_closed else count - 1):
        if is_closed:
            a, b, c, d = (points[(place + step) % count] for step in (-1, 0, 1, 2))
        else:
            a, b = points[max(0, place - 1)], points[place]
            c, d = points[place + 1], points[min(count - 1, place + 2)]
        for step in range(steps):
            t = step / steps
            found.append(
                tuple(  # type: ignore[arg-type]
                    0.5
                    * (
                        2 * b[axis]
                        + (c[axis] - a[axis]) * t
                        + (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t * t
                        + (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t * t * t
                    )
                    for axis in (0, 1)
                )
            )
    if not is_closed:
        found.append(points[-1])
    return found
