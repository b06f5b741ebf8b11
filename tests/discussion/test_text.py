"""What a stranger types becomes paragraphs, line breaks and links, and nothing else."""

import pytest

from freiblatt.discussion.text import MOST_ITEMS, tidy_name, to_html


def test_blank_lines_part_paragraphs_and_line_ends_break_lines() -> None:
    assert to_html("Erste Zeile\nzweite Zeile\r\n\r\nNeuer Absatz") == (
        "<p>Erste Zeile<br>zweite Zeile</p><p>Neuer Absatz</p>"
    )


def test_markup_is_shown_as_typed() -> None:
    assert to_html("<script>alert(1)</script> & <b>fett</b>") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;fett&lt;/b&gt;</p>"
    )


def test_address_becomes_link_that_ranks_nobody() -> None:
    assert to_html("Siehe https://example.org/a?b=1&c=2.") == (
        '<p>Siehe <a href="https://example.org/a?b=1&amp;c=2" rel="nofollow ugc noopener">'
        "https://example.org/a?b=1&amp;c=2</a>.</p>"
    )


def test_brackets_of_an_address_stay_with_it() -> None:
    assert 'href="https://example.org/a_(b)"' in to_html("(siehe https://example.org/a_(b))")


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "data:text/html,x", 'https://x"onmouseover="alert(1)'])
def test_no_address_that_runs_something(typed: str) -> None:
    html = to_html(typed)
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert "onmouseover=" not in html.replace("onmouseover=&quot;", "").replace('onmouseover="alert(1)</p>', "")


def test_characters_that_turn_or_hide_text_are_dropped() -> None:
    assert tidy_name(" Rosa\u202e  Winter\u0000\n") == "Rosa Winter"
    assert to_html("a\u202eb\u0000c") == "<p>abc</p>"


def test_heaps_of_marks_are_left_as_typed_and_a_few_are_paired() -> None:
    few = "*a* **b** " * 10
    many = "*a " * 400 + "a*" * 400
    assert to_html(few).count("<em>") == to_html(few).count("<strong>") == 10
    assert to_html(many) == f"<p>{many}</p>"
    assert to_html(f"{many}\n\n*danach*").endswith("<p><em>danach</em></p>")


@pytest.mark.parametrize("item", ["-\n", "- - - a\n", "1) 1) 1) a\n", "> + a\n- b\n", "-\t-\t-\ta\n"])
def test_more_items_than_anybody_lists_are_left_as_typed(item: str) -> None:
    html = to_html(item * (MOST_ITEMS + 1))
    assert "<li>" not in html
    assert len(html) < 3 * len(item * (MOST_ITEMS + 1)) + 2_000


def test_long_lists_are_lists() -> None:
    typed = "".join(f"{number}. Punkt im Jahr 2019. Und - ja - noch etwas\n" for number in range(1, 21))
    assert to_html(typed).count("<li>") == 20
    assert to_html("- Ein Punkt\n" * MOST_ITEMS).count("<li>") == MOST_ITEMS
