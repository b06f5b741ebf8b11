"""Passages: words found in HTML, drawn into it without a change of text, and carried over exactly or not at all."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freiblatt.discussion.passages.carrying import Fate, Place, carry, find
from freiblatt.discussion.passages.drawing import Additions, Marked, draw, plain_link
from freiblatt.discussion.passages.finding import Chosen, find_chosen
from freiblatt.discussion.passages.texts import read

VOID = {"br", "img", "hr"}


class Checked(HTMLParser):
    """Fails on elements that do not close in their order, or that stand where they must not; gathers the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.marked = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            assert "a" not in self.open, "a link inside a link"
        if tag == "mark":
            assert "mark" not in self.open
            assert {"p", "li", "h2", "h3"} & set(self.open), "a mark outside of a paragraph"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marked += data


def drawn(html: str, *marked: Marked) -> str:
    return draw(
        html,
        read(html),
        block="b7f3a2c1-0000",
        additions=Additions(marked=marked),
        comment_link=lambda number: plain_link(f"zu/{number}/", label="say", classes="say"),
        count_link=lambda number, count: plain_link(f"zu/{number}/", label="n", classes="said", count=count),
    )


def test_text_of_a_block_is_that_of_its_paragraphs() -> None:
    html = (
        '<div class="prose"><h2>Der&nbsp;Hafen</h2><p>Er kostet <b>einen</b> Euro &amp; mehr.<br/>Sagt <a href="/x/">'
        "der Rat</a>.</p>\n<ul><li>eins</li><li>zwei<ul><li>drei</li></ul></li></ul><p> </p></div><figcaption>Foto"
        "</figcaption>"
    )
    text = read(html)
    assert text.text == "Der\xa0Hafen\nEr kostet einen Euro & mehr.\nSagt der Rat.\neins\nzwei\ndrei"
    assert [paragraph.tag for paragraph in text.paragraphs] == ["h2", "p", "li", "li", "li"]
    for paragraph in text.paragraphs:
        assert text.text[paragraph.start : paragraph.end] == paragraph.text
        assert html[paragraph.inner_end :].startswith(f"</{paragraph.tag}>")


def test_marks_stay_inside_elements_and_counts_outside_of_links() -> None:
    html = '<p>Sagt <a href="/x/">der <b>neue</b> Rat</a> heute.</p>'
    shown = drawn(html, Marked(start=0, end=13, n_comments=2))
    assert shown == (
        '<p><mark class="passage" id="w-b7f3a2c1-0">Sagt </mark><a href="/x/"><mark class="passage">der </mark><b>'
        '<mark class="passage">neue</mark></b> Rat</a><a class="said" href="zu/0/" data-n="2" aria-label="n"></a>'
        ' heute.<a class="say" href="zu/0/" aria-labelledby="say"></a></p>'
    )


def test_passages_that_overlap_are_marked_in_pieces() -> None:
    shown = drawn("<p>eins zwei drei</p>", Marked(0, 9, 1), Marked(5, 14, 3))
    assert Checked(shown).marked == "eins zwei drei"
    assert shown.count("<mark") == 3
    assert shown.index('data-n="1"') < shown.index("drei") < shown.index('data-n="3"')


words = st.text(alphabet="abc äöß&<>\"'\n\xa0😀é", min_size=0, max_size=12)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@st.composite
def inline(draw_: st.DrawFn, depth: int = 0, in_link: bool = False) -> str:
    parts = []
    for _number in range(draw_(st.integers(0, 3))):
        kind = draw_(st.sampled_from(["words", "words", "b", "i", "a", "br", "sup"]))
        if kind == "br":
            parts.append("<br/>")
        elif kind == "words" or depth > 2 or (kind == "a" and in_link):
            parts.append(escaped(draw_(words)))
        elif kind == "a":
            parts.append(f'<a href="/x?a=1&amp;b=&quot;>">{draw_(inline(depth + 1, True))}</a>')
        else:
            parts.append(f"<{kind}>{draw_(inline(depth + 1, in_link))}</{kind}>")
    return "".join(parts)


@st.composite
def blocks(draw_: st.DrawFn) -> str:
    parts = []
    for _number in range(draw_(st.integers(1, 4))):
        kind = draw_(st.sampled_from(["p", "h2", "ul", "nested"]))
        said = draw_(inline())
        if kind == "ul":
            parts.append(f"<ul><li>{said}</li>\n<li>{draw_(inline())}</li></ul>")
        elif kind == "nested":
            parts.append(f"<ol><li>{said}<ul><li>{draw_(inline())}</li></ul></li></ol>")
        else:
            parts.append(f'<{kind} data-block-key="k">{said}</{kind}>')
    return f'<div class="prose">{"".join(parts)}</div>'


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_marked_the_text_stays_and_the_markup_is_whole(data: st.DataObject) -> None:
    html = data.draw(blocks())
    text = read(html).text
    marked = []
    for _number in range(data.draw(st.integers(0, 4))):
        if not text:
            break
        start = data.draw(st.integers(0, len(text) - 1))
        marked.append(Marked(start, data.draw(st.integers(start + 1, len(text))), 1))
    before, after = Checked(html), Checked(drawn(html, *marked))
    assert after.text == before.text
    assert read(drawn(html, *marked)).text == text
    covered = {at for one in marked for at in range(one.start, one.end)}
    assert after.marked.replace("\n", "") == "".join(text[at] for at in sorted(covered) if text[at] != "\n")


OLD = (
    "Der Rat hat am Montag den Verkauf beschlossen. Der Käufer zahlt 12 Millionen Euro. Niemand hat nachgerechnet. "
    "Die Bürgermeisterin sprach von einem guten Tag für den Hafen, die Opposition von einem Ausverkauf."
)
SECOND = "Im Vertrag steht ein Satz, den keiner erklären will: Der Käufer haftet nicht für Altlasten im Boden."
TEXTS = {"one": OLD, "two": SECOND}


def at(words: str, block: str = "one", text: str = OLD) -> Place:
    start = text.index(words)
    return Place(block, start, start + len(words))


def said(place: Place | None, texts: dict[str, str]) -> str:
    return texts[place.block][place.start : place.end] if place else ""


PAID = "Der Käufer zahlt 12 Millionen Euro."
TAIL = "einem guten Tag für den Hafen"


@pytest.mark.parametrize(
    ("words", "new", "fate", "found"),
    [
        pytest.param(PAID, {"zero": "Neuer Anfang."} | TEXTS, Fate.KEPT, PAID, id="paragraph added"),
        pytest.param(PAID, TEXTS | {"one": "Vorab: " + OLD}, Fate.KEPT, PAID, id="words added before"),
        pytest.param(
            PAID, TEXTS | {"one": OLD.replace("beschlossen. ", "beschlossen. Einstimmig. ")}, Fate.KEPT, PAID, id="next"
        ),
        pytest.param(
            TAIL,
            TEXTS | {"one": OLD.replace("guten Tag", "gutem Tag")},
            Fate.CHANGED,
            "einem gutem Tag für den Hafen",
            id="typo",
        ),
        pytest.param(
            PAID,
            TEXTS | {"one": OLD.replace("12 M", "14 M")},
            Fate.CHANGED,
            "Der Käufer zahlt 14 Millionen Euro.",
            id="number corrected",
        ),
        pytest.param(
            "12 Millionen Euro",
            TEXTS | {"one": OLD.replace("12 M", "14 M")},
            Fate.CHANGED,
            "14 Millionen Euro",
            id="number corrected at its beginning",
        ),
        pytest.param(PAID, {"two": SECOND, "new": OLD}, Fate.MOVED, PAID, id="paragraph in a block of its own"),
        pytest.param(
            PAID,
            {"one": OLD.replace(f"{PAID} ", ""), "two": f"{SECOND} {PAID}"},
            Fate.MOVED,
            PAID,
            id="sentence moved to another paragraph",
        ),
        pytest.param(PAID, TEXTS | {"one": OLD.replace(f"{PAID} ", "")}, Fate.LOST, "", id="sentence deleted"),
        pytest.param(PAID, {"two": SECOND}, Fate.LOST, "", id="paragraph deleted"),
        pytest.param(
            PAID,
            {"two": f"{SECOND} Der Käufer zahlt 13 Millionen Euro."},
            Fate.LOST,
            "",
            id="deleted, with a look-alike elsewhere",
        ),
        pytest.param(
            PAID,
            TEXTS | {"one": OLD.replace(PAID, "Wer zahlt, ist offen; von Millionen spricht keiner mehr.")},
            Fate.LOST,
            "",
            id="rewritten",
        ),
        pytest.param("Montag", {"two": "Am Montag tagt der Ausschuss."}, Fate.LOST, "", id="a word, written anew"),
        pytest.param(PAID, {}, Fate.LOST, "", id="nothing left"),
    ],
)
def test_passage_follows_its_text_or_is_lost(words: str, new: dict[str, str], fate: Fate, found: str) -> None:
    became, place = carry(at(words), TEXTS, new)
    assert (became, said(place, new)) == (fate, found)


TWIN = "Das Amt hat darauf nicht geantwortet."


@pytest.mark.parametrize(
    ("old", "new", "number", "expected"),
    [
        # The first of two twins is deleted: the second must not take its comments.
        (f"A fragte. {TWIN} Danach kam B. {TWIN} Ende.", f"A fragte. Danach kam B. {TWIN} Ende.", 0, None),
        (f"A fragte. {TWIN} Danach kam B. {TWIN} Ende.", f"A fragte. {TWIN} Danach kam B. Ende.", 1, None),
        # The other one is deleted: this one stays.
        (f"A fragte. {TWIN} Danach kam B. {TWIN} Ende.", f"A fragte. Danach kam B. {TWIN} Ende.", 1, 0),
        (f"A fragte. {TWIN} Danach kam B. {TWIN} Ende.", f"A fragte. {TWIN} Danach kam B. Ende.", 0, 0),
    ],
)
def test_of_twins_the_right_one_is_kept(old: str, new: str, number: int, expected: int | None) -> None:
    starts = [start for start in range(len(old)) if old.startswith(TWIN, start)]
    place = Place("one", starts[number], starts[number] + len(TWIN))
    _fate, found = carry(place, {"one": old}, {"one": new})
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert said(found, {"one": new}) == TWIN
        before = old[place.start - 9 : place.start]
        assert new[found.start - 9 : found.start] == before or new[found.end :] == old[place.end :]


def test_twin_in_another_block_is_no_find() -> None:
    old = {"one": f"A fragte zuerst. {TWIN}", "two": f"B fragte danach. {TWIN} Ende."}
    assert carry(at(TWIN, "one", old["one"]), old, {"two": old["two"]}) == (Fate.LOST, None)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_passage_never_claims_other_words_than_its_own(data: st.DataObject) -> None:
    sentences = [f"Satz {letter * 3} nennt die Zahl {number}." for number, letter in enumerate("abcdefghij")]
    old = {"one": " ".join(sentences[:5]), "two": " ".join(sentences[5:])}
    left = [one for one in sentences if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(left))
    cut = data.draw(st.integers(0, len(shuffled)))
    new = {"one": " ".join(shuffled[:cut]), "two": " ".join(shuffled[cut:])}
    for block, text in old.items():
        for sentence in sentences:
            if sentence in text:
                fate, place = carry(at(sentence, block, text), old, new)
                # Every sentence has one look-alike of the same length for each other one.
                if place is not None:
                    assert said(place, new) == sentence
                assert (fate == Fate.LOST) == (place is None)
                if sentence not in left:
                    assert place is None


def test_small_edits_lose_nothing_in_a_long_text() -> None:
    sentences = [f"Dies ist der {number}. Satz, und er handelt von der Sache {number * 7}." for number in range(400)]
    old = {"one": " ".join(sentences)}
    new = {"one": old["one"].replace("der 3. Satz", "der dritte Satz").replace("Sache 1400.", "Sache eintausend.")}
    kept = [carry(at(one, "one", old["one"]), old, new) for one in sentences]
    assert sum(fate == Fate.KEPT for fate, _place in kept) == 398
    assert all(said(place, new) == one for one, (fate, place) in zip(sentences, kept, strict=True) if fate == Fate.KEPT)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Chosen("one", OLD.index(PAID), PAID), PAID),
        (Chosen("one", OLD.index(PAID) - 1, f" {PAID} "), PAID),
        (Chosen("one", 3, PAID), PAID),
        (Chosen("gone", 0, PAID), PAID),
        (Chosen("one", 0, "Der Käufer"), ""),
        (
            Chosen("gone", 0, "Der Käufer", before="Verkauf beschlossen. ", after=" zahlt 12 Millionen Euro"),
            "Der Käufer",
        ),
        (Chosen("one", 0, "Der Verkäufer zahlt 12 Millionen Euro."), ""),
        (Chosen("one", 0, "   "), ""),
        (Chosen("one", 10**9, "nie gesagt"), ""),
    ],
)
def test_chosen_words_are_those_of_the_article_or_none(chosen: Chosen, found: str) -> None:
    assert said(find_chosen(chosen, TEXTS), TEXTS) == found


def test_surroundings_decide_between_the_same_words() -> None:
    texts = {"one": "Er sagte ja zu allem. Sie sagte ja zu nichts."}
    place = find("sagte ja", "ihm vorgelegt hatte. Sie ", " zu jedem Satz.", texts)
    assert place is None
    assert find("sagte ja", "ja zu allem. Sie ", " zu nichts.", texts) == Place("one", 26, 34)
