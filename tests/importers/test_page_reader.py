"""What stands in a saved page is found; what does not belong to it is left out with a reason."""

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freiblatt.importers.page.decode import decode
from freiblatt.importers.page.read import read_page
from freiblatt.importers.page.saved import Caption, NotAPageError, Paragraph, Reason, SavedPage

SAVED_ON = date(2025, 10, 20)
PAGES = Path(__file__).parent / "pages"
LONG = (
    "Am Morgen steht Wasser in den Fugen des Kais, und die Möwen gehen darauf spazieren, als gehöre er ihnen und "
    "nicht der Stadt."
)


def page_with(*, head: str = "Der Kai\n\nVon Rosa Winter\n\n3. März 2025", body: str = LONG, talk: str = "") -> str:
    """Return the text of a small page."""
    return f"{head}\n\n{body}\n\n{talk}\n"


def read(text: str) -> SavedPage:
    return read_page(text, saved_on=SAVED_ON)


def reasons(page: SavedPage) -> dict[str, Reason]:
    return {left.text: left.reason for left in page.left_out}


def accounted(page: SavedPage) -> list[int]:
    """Return the numbers of all lines that the reading accounts for."""
    return sorted(
        [
            *page.head_numbers,
            *page.frame_numbers,
            *(number for block in page.body for number in block.numbers),
            *(number for comment in page.comments for number in comment.numbers),
            *(left.number for left in page.left_out),
        ]
    )


def filled(text: str) -> list[int]:
    """Return the numbers of all lines where something stands."""
    return [number for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def test_german_page(german: str) -> None:
    page = read(german)
    assert page.headline == "Der Kai, der keinem gehört"
    assert page.standfirst.startswith("Seit elf Jahren")
    assert page.authors == ("Rosa Winter", "Karl Mohr")
    assert (page.published_on, page.updated_on, page.language) == (date(2025, 3, 3), date(2025, 3, 5), "de")
    assert (page.paragraphs, page.pictures) == (5, 2)
    assert page.body[1] == Caption("Der Kai bei Niedrigwasser", "Aufnahme vom Januar, Blick nach Westen", (19, 20))
    assert (page.announced, len(page.comments), page.n_lost, page.lost) == (6, 5, 1, ("Frieda",))


def test_german_discussion(german: str) -> None:
    helga, rosa, ingo, ela, tom = read(german).comments
    assert helga.text == "Und wer hat die Stempel gemacht?\n\nDas wüsste ich gern."
    assert (helga.moment.day, helga.moment.precision, helga.moment.is_approximate) == (date(2025, 8, 20), "month", True)
    assert (rosa.name, rosa.is_by_author, rosa.parent) == ("Rosa Winter", True, 0)
    assert (ingo.parent, ingo.is_by_author) == (1, False)
    assert (ela.parent, ela.lost_parent, ela.moment.is_approximate, ela.moment.precision) == (
        None,
        None,
        False,
        "minute",
    )
    assert ela.text.endswith("🙁\nhttps://example.org/kai")
    assert (tom.answers, tom.parent, tom.lost_parent) == ("Frieda", None, 0)


def test_furniture_stays_out_and_says_why(german: str) -> None:
    found = reasons(read(german))
    assert found["Zum Inhalt springen"] is Reason.NAVIGATION
    assert found["Küste"] is Reason.BEFORE_HEADLINE
    assert found["5 Min. Lesezeit"] is Reason.READING_TIME
    assert found["Ein Gleis zu viel"] is Reason.RELATED
    assert found["Guter Journalismus kostet Geld. Bitte unterstützen Sie uns."] is Reason.PLEA
    assert found["Spenden"] is Reason.PLEA
    assert found["Benachrichtige mich bei"] is Reason.SUBSCRIBE
    assert found["Inline Feedbacks"] is Reason.INTERFACE
    assert found["© 2025 Beispielblatt"] is Reason.FOOTER


def test_english_page(english: str) -> None:
    page = read(english)
    assert (page.headline, page.authors, page.language) == ("The tower without a door", ("Jane Doe",), "en")
    assert page.published_on == date(2025, 8, 13)
    assert (page.paragraphs, page.pictures, page.announced) == (3, 1, 3)
    assert [comment.name for comment in page.comments] == ["Martha", "Jane Doe", "Sam"]
    assert page.comments[0].text == "My grandfather had that key.\nHe lost it in 1961."
    assert page.comments[2].text == "There is a second door."
    assert reasons(page)["Support our work"] is Reason.PLEA


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("VonRainer Beispiel", ("Rainer Beispiel",)),
        ("Von Rainer Beispiel", ("Rainer Beispiel",)),
        ("von\u00a0Rainer Beispiel", ("Rainer Beispiel",)),
        ("ByJane Doe", ("Jane Doe",)),
        ("By Jane Doe and Karl-Heinz O’Neill", ("Jane Doe", "Karl-Heinz O’Neill")),
        ("Von Rosa Winter, Karl Mohr und Ursula von der Linde", ("Rosa Winter", "Karl Mohr", "Ursula von der Linde")),
        ("Autorin: Rosa Winter", ("Rosa Winter",)),
        ("Geschrieben von Rosa Winter", ("Rosa Winter",)),
        ("Posted by Jane Doe on", ("Jane Doe",)),
    ],
)
def test_bylines(line: str, authors: tuple[str, ...]) -> None:
    assert read(page_with(head=f"Der Kai\n{line}\n3. März 2025")).authors == authors


@pytest.mark.parametrize(
    "line",
    [
        "August 13, 2025",
        "13. August 2025",
        "13 August 2025",
        "13th August 2025",
        "Aug. 13, 2025",
        "13.08.2025",
        "13. 8. 2025",
        "2025-08-13",
        "2025-08-13T14:05",
        "Mittwoch, 13. August 2025, 14:05 Uhr",
        "Posted on August 13, 2025 at 2:05 pm",
        "Veröffentlicht am 13. August 2025 von Rosa Winter",
        "Von Rosa Winter | 13.08.2025 | 5 Minuten Lesezeit | 9 Kommentare",
        "13. August 2025 · Aktualisiert am 14. August 2025",
        "08/13/2025",
    ],
)
def test_dates_of_the_page(line: str) -> None:
    assert read(page_with(head=f"Der Kai\n{line}")).published_on == date(2025, 8, 13)


def test_date_whose_day_and_month_could_be_swapped_is_warned_of() -> None:
    page = read(page_with(head="Der Kai\n03/08/2025"))
    assert page.published_on == date(2025, 8, 3)
    assert "ambiguous_date" in [warned.kind for warned in page.warnings]


def test_headline_that_begins_like_a_byline_stays_headline() -> None:
    page = read(page_with(head="Von Moskau nach Alaska\nVon Rosa Winter\n3. März 2025"))
    assert (page.headline, page.authors) == ("Von Moskau nach Alaska", ("Rosa Winter",))


def test_date_above_the_headline() -> None:
    page = read(page_with(head="3. März 2025\nDer Kai, der keinem gehört\nVon Rosa Winter"))
    assert (page.headline, page.authors) == ("Der Kai, der keinem gehört", ("Rosa Winter",))


def test_page_without_author_is_read_with_a_warning() -> None:
    page = read(page_with(head="Der Kai\n3. März 2025"))
    assert page.authors == ()
    assert "no_author" in [warned.kind for warned in page.warnings]


def test_short_line_between_paragraphs_is_a_caption_with_a_warning() -> None:
    page = read(page_with(body=f"{LONG}\n\nDer Kai im Winter\n\n{LONG}"))
    assert [type(block) for block in page.body] == [Paragraph, Caption, Paragraph]
    assert [(warned.kind, warned.text) for warned in page.warnings] == [("caption_or_heading", "Der Kai im Winter")]


def test_paragraphs_without_blank_lines_between_them() -> None:
    page = read(page_with(body=f"{LONG}\n{LONG}\nAm Kai\n{LONG}"))
    assert [type(block) for block in page.body] == [Paragraph, Paragraph, Caption, Paragraph]


def test_plea_inside_the_text_takes_nothing_else_along() -> None:
    plea = (
        "Wir leben von der freiwilligen Unterstützung unserer Leser: Ihre Spende hilft uns, unabhängig zu bleiben, "
        "jeden Monat."
    )
    page = read(page_with(body=f"{LONG}\n\n{plea}\n\n{LONG}"))
    assert page.paragraphs == 2
    assert reasons(page)[plea] is Reason.PLEA


def test_paragraph_about_donations_is_no_plea() -> None:
    told = (
        "Der Verein sammelte Spenden und finanzierte damit freiwillige Helfer, deren Unterstützung die Stadt lange "
        "abgelehnt hatte, bis das Wasser kam."
    )
    assert read(page_with(body=f"{LONG}\n\n{told}")).paragraphs == 2


def talk(*comments: str, announced: int) -> str:
    """Return a discussion: each comment as "name", "name<answered" and a text of its own."""
    lines = [f"{announced} Kommentare", "Inline Feedbacks"]
    for comment in comments:
        name, _mark, answered = comment.partition("<")
        lines += [name, name, "2 Monate zuvor", *([f"Antwort an  {answered}"] if answered else []), ""]
        lines += [f"Text von {name}.", ""]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("comments", "announced", "parents"),
    [
        (["Anna", "Bernd<Anna", "Clara<Bernd"], 3, [None, 0, 1]),
        (["Anna", "Bernd", "Clara<Bernd"], 9, [None, None, 1]),
        # Nothing is lost and the name occurs once: no other comment can be meant.
        (["Anna", "Bernd", "Clara<Anna"], 3, [None, None, 0]),
        # Something is lost: the answer stands below another root, so the comment meant is not Anna's first.
        (["Anna", "Bernd", "Clara<Anna"], 9, [None, None, "Anna"]),
        (["Anna", "Bernd<Anna", "Anna<Bernd", "Clara<Anna"], 4, [None, 0, 1, 2]),
        (["Anna<Rainer", "Bernd<Anna", "Clara<Rainer"], 9, ["Rainer", 0, "Rainer"]),
    ],
)
def test_answers_hang_where_it_can_be_told(comments: list[str], announced: int, parents: list) -> None:
    page = read(page_with(talk=talk(*comments, announced=announced)))
    found = [
        page.lost[comment.lost_parent] if comment.lost_parent is not None else comment.parent
        for comment in page.comments
    ]
    assert found == parents


def test_two_answers_to_one_lost_comment_share_a_placeholder() -> None:
    page = read(page_with(talk=talk("Anna<Rainer", "Clara<Rainer", announced=5)))
    assert page.lost == ("Rainer",)


def test_words_of_the_interface_inside_a_comment_stay() -> None:
    words = "2 Kommentare\nAnna\nAnna\n2 Monate zuvor\n\nAntworten\ngab es keine.\n42\n\nBernd\nBernd\ngestern\n\n7\n\n"
    anna, bernd = read(page_with(talk=words)).comments
    assert anna.text == "Antworten\ngab es keine.\n42"
    assert bernd.name == "Bernd"


def test_discussion_without_comments() -> None:
    page = read(page_with(talk="Abonnieren\nguest\n0 Comments\nOldest\nInline Feedbacks\nView all comments"))
    assert (page.announced, page.comments, page.paragraphs) == (0, (), 1)


def test_page_without_discussion() -> None:
    page = read(page_with())
    assert (page.announced, page.n_announced, page.comments) == (None, 0, ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nur ein Wort", "no date"),
        (LONG * 20, "no date"),
        ("<!DOCTYPE html>\n<html><body>3. März 2025</body></html>", "HTML"),
        ("Der Kai\n\nVon Rosa Winter\n\n3. März 2025\n\nkurz", "no paragraph"),
        (f"3. März 2025\n{LONG * 4}\n{LONG}", "no headline"),
        ("\n".join(f"{number};Name;{number * 3}" for number in range(500)), "no date"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_what_is_no_page_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NotAPageError) as refused:
        read(text)
    assert sentence in str(refused.value)


LINES = sorted(
    {line for name in ("german.txt", "english.txt") for line in (PAGES / name).read_text(encoding="utf-8").split("\n")}
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(LINES),
            st.just(""),
            st.just(LONG),
            st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200),
        ),
        max_size=60,
    )
)
def test_no_page_crashes_the_reader_and_no_line_is_lost(lines: list[str]) -> None:
    text, _is_guessed = decode(("Der Kai\nVon Rosa Winter\n3. März 2025\n" + LONG + "\n" + "\n".join(lines)).encode())
    page = read(text)
    numbers = accounted(page)
    assert len(numbers) == len(set(numbers))
    visible = [number for number in filled(text) if number in numbers or _is_visible(text.split("\n")[number - 1])]
    assert numbers == visible
    told = "\n".join(
        [
            page.headline,
            page.standfirst,
            *(
                line
                for block in page.body
                for line in (block.lines if isinstance(block, Paragraph) else (block.title, block.text))
            ),
            *(comment.text for comment in page.comments),
            *(left.text for left in page.left_out),
        ]
    )
    content = {number for block in page.body for number in block.numbers} | {left.number for left in page.left_out}
    for number in content:
        assert text.split("\n")[number - 1].strip(" \t\u00a0\u200b\ufeff\u3000") in told


def _is_visible(line: str) -> bool:
    from freiblatt.importers.page.furniture import plain

    return bool(plain(line))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NotAPageError):
        assert read(text).paragraphs
