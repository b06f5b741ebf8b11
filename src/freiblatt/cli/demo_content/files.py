"""The demo's files that are no pictures: a page of a contract as PDF, a series of measurements as sound."""

import io
import math
import struct
import wave
from collections.abc import Sequence

#: A4 in points, and the margins of the page.
PAGE = (595, 842)
LEFT, TOP = 72, 760

CONTRACT = (
    ("B", 15, "Kaufvertrag über den Kai 3"),
    ("R", 10, "Stadt Wiekhaven, Urkunde vom 27. Juni 2025 (Auszug)"),
    ("R", 10, ""),
    ("B", 11, "§ 7  Verpflichtung zur Instandsetzung, Rückfall"),
    ("R", 11, "(1)  Die Käuferin verpflichtet sich, binnen sechs Jahren nach Eigentums-"),
    ("R", 11, "       übergang mit der Instandsetzung der Spundwand zu beginnen. Beginnt sie"),
    ("R", 11, "       nicht fristgerecht, so kann die Verkäuferin die Rückübertragung zum"),
    ("R", 11, "       Kaufpreis verlangen."),
    ("R", 11, ""),
    ("R", 11, "(2)  Als Beginn im Sinne des Absatzes 1 gilt auch die Beauftragung von"),
    ("R", 11, "       Planungsleistungen im Wert von mindestens 10.000 Euro."),
    ("R", 11, ""),
    ("R", 11, "(3)  Vom Tage des Beginns an ist die Käuferin zur Weiterveräußerung"),
    ("R", 11, "       berechtigt. Die Verpflichtung nach Absatz 1 geht nicht auf den"),
    ("R", 11, "       Erwerber über."),
    ("R", 11, ""),
    ("R", 11, "(4)  Der Kaufpreis beträgt 1,00 Euro (in Worten: ein Euro)."),
    ("R", 10, ""),
    ("R", 9, "Vorführung: Stadt, Vertrag und Beteiligte sind erfunden. Namen wurden entfernt."),
)

#: Nitrate in milligrams per litre at six places, in April, June and August.
READINGS = ((9, 14, 22, 31, 38, 33), (8, 15, 27, 48, 61, 46), (9, 13, 25, 57, 63, 44))
SAMPLES_PER_SECOND = 22_050
TONE_SECONDS = 0.34
REST_SECONDS = 0.5


def contract_pdf() -> bytes:
    """Return the contract's page as a PDF (ISO 32000) of one page, set in the viewer's own Times."""
    rows, y = [], TOP
    for font, size, text in CONTRACT:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        rows.append(f"BT /{font} {size} Tf {LEFT} {y} Td ({escaped}) Tj ET")
        y -= round(size * 1.55)
    rows.append(f"0.66 0.16 0.11 RG 1.5 w {LEFT - 16} {TOP - 128} m {LEFT - 16} {TOP - 170} l S")
    content = "\n".join(rows).encode("cp1252")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (de) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "
        b"/Resources << /Font << /R 5 0 R /B 6 0 R >> >> >>" % PAGE,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        font % b"Times-Roman",
        font % b"Times-Bold",
        "<< /Title (Kaufvertrag über den Kai 3, Auszug) >>".encode("cp1252"),
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, item in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, item))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def readings_wav() -> bytes:
    """Return the measurements as soft tones, 16-bit mono: the more nitrate, the higher (220 Hz and up)."""
    frames = bytearray()
    for series in READINGS:
        for value in series:
            frames += _tone(220 * 2 ** (value / 32))
        frames += bytes(2 * round(REST_SECONDS * SAMPLES_PER_SECOND))
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLES_PER_SECOND)
        sound.writeframes(bytes(frames))
    return out.getvalue()


def seconds_of(readings: Sequence[Sequence[int]] = READINGS) -> float:
    """Return how long the tones last, in seconds."""
    return sum(len(series) * TONE_SECONDS + REST_SECONDS for series in readings)


def _tone(hertz: float) -> bytes:
    """Return one tone that begins quickly and dies away, with two quiet overtones."""
    count = round(TONE_SECONDS * SAMPLES_PER_SECOND)
    turn = 2 * math.pi * hertz / SAMPLES_PER_SECOND
    values = []
    for place in range(count):
        loudness = min(1, place / 220) * math.exp(-3.2 * place / count) * min(1, (count - place) / 400)
        wave_form = math.sin(turn * place) + 0.28 * math.sin(2 * turn * place) + 0.1 * math.sin(3 * turn * place)
        values.append(round(9000 * loudness * wave_form))
    return struct.pack(f"<{count}h", *values)
