"""The demo's pictures, drawn when it is made: nothing but paper, ink and one red, and no lettering.

`drawings` names each of them, with what readers are told of it. All are deterministic and take well under a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from freiblatt.cli.demo_content.pictures import figures, harbour, houses, land, portraits
from freiblatt.cli.demo_content.pictures.map import north_pacific

OWN = "CC0 1.0"


@dataclass(frozen=True)
class Drawing:
    """A picture that can be drawn, and the facts that are printed with it."""

    draw: Callable[[], Image.Image]
    title: str
    credit: str = "Freiblatt, vom Rechner gezeichnet"
    licence: str = OWN
    #: Where the picture must not be cut: the middle of what matters, as shares of width and height.
    focus: tuple[float, float] | None = None


drawings: dict[str, Drawing] = {
    "nordpazifik": Drawing(
        north_pacific, "Nordpazifik", "Karte: Freiblatt / Natural Earth", "Public Domain", (0.62, 0.4)
    ),
    "fuenfzehntausend": Drawing(figures.fifteen_thousand, "Fünfzehntausend Punkte"),
    "zugeschaltet": Drawing(houses.video_conference, "Videokonferenz", focus=(0.62, 0.5)),
    "flurkarte": Drawing(land.parcels, "Flurkarte", focus=(0.56, 0.45)),
    "akten": Drawing(houses.files, "Aktenordner", focus=(0.62, 0.28)),
    "hafen": Drawing(harbour.harbour, "Kai 3 in Wiekhaven", focus=(0.64, 0.45)),
    "wiekhaven-speicher": Drawing(harbour.warehouse, "Speicher II in Wiekhaven", focus=(0.5, 0.1)),
    "wiekhaven-poller": Drawing(harbour.bollard, "Poller 14 in Wiekhaven"),
    "wiekhaven-gleis": Drawing(harbour.siding, "Anschlussgleis in Wiekhaven"),
    "register": Drawing(figures.register, "Lobbyregister, 412 Zeilen"),
    "fluss": Drawing(land.river, "Lauf der Wiede", focus=(0.65, 0.5)),
    "messwerte": Drawing(figures.readings, "Messwerte der Wiede"),
    "buecher": Drawing(figures.books, "Einnahmen und Ausgaben im Juli 2025", focus=(0.6, 0.3)),
    "laden": Drawing(houses.shutter, "Fensterladen", focus=(0.62, 0.45)),
    "klinik": Drawing(houses.hospital, "Larkfield General", "Freiblatt, drawn by a program", focus=(0.6, 0.45)),
    "klinik-miete": Drawing(figures.hospital_rent, "Larkfield: result and rent", "Freiblatt, drawn by a program"),
    "marlene-voss": Drawing(portraits.marlene_voss, "Marlene Voss"),
    "tomas-brandl": Drawing(portraits.tomas_brandl, "Tomas Brandl"),
    "amina-kessler": Drawing(portraits.amina_kessler, "Amina Kessler"),
    "jonas-achterberg": Drawing(portraits.jonas_achterberg, "Jonas Achterberg"),
    "eilidh-murray": Drawing(portraits.eilidh_murray, "Eilidh Murray"),
}
