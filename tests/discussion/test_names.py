"""Nobody writes under a name that a hasty reader takes for the newsroom's or another reader's; all others are free."""

import pytest

from freiblatt.discussion.actions import DiscussionError, NameTakenError, add_comment, check_name
from freiblatt.discussion.models import Comment, Thread
from tests.discussion.test_ending import make_reader

pytestmark = pytest.mark.django_db

OF_THE_NEWSROOM = [
    *("Moderationsteam", "Redaktlon", "Chefredaktion", "Die Chefredaktion", "Redaktionsteam", "Testblattredaktion"),
    *("Testblatt Moderation", "Die vom Testblatt", "The Editors", "Gastautorin", "Editor-in-chief", "bestätigt"),
    *("Rosa Winter (Chefredakteurin)", "Rosa Winter, Chefredaktion", "Rosa Winter, Autorin des Artikels"),
    *("Rosa Winter (Team Testblatt)", "Rosa Winter ✔ bestätigt", "Rosa Winter, verified", "Rosa VVinter"),
    *("R0sa Wlnter", "Rosa Winter | Testblatt", "Redakteurin Rosa Winter seit 2019", "Re\u0301dakteur"),
]
#: As people are called, and as they call themselves.
FREE = [
    *(
        "Ilse",
        "Illi",
        "Ian McWilliam",
        "Lilli Illner",
        "Helga von Berg",
        "Ida von Berg",
        "Rosa",
        "Winter",
        "Rosi Winter",
    ),
    *(
        "Autoreparatur Müller",
        "Otto, Redakteur i. R.",
        "Winter von der Hafenredaktion",
        "Jean-Luc d\u2019Arc",
        "O'Neill",
    ),
    *("Karl-Heinz Öttinger", "Groß & Söhne", "Anna123", "Leserin aus Köln", "Ein Hafenarbeiter", "Dr. Peter Lustig"),
    *("Vivi", "Gustav Vogel", "Will Wallace", "Mary Ann O'Hara", "Editha Bernstein", "Theodor Storm", "Autumn"),
    *("Łukasz Żółć", "Małgorzata Wiśniewska", "Władysław", "Şükrü Yıldız", "İbrahim Çelik", "Işıl Güneş"),
    *("Αλέξανδρος Παπαδόπουλος", "Ελένη", "Иван Петров", "Ольга Іваненко", "Юлия", "Ђорђе Ковачевић"),
    *("山田太郎", "さくら子", "김민수", "Иван Petrow", "محمد علي", "Miloš Čapek", "Nguyễn Văn An"),
]


@pytest.mark.parametrize("name", OF_THE_NEWSROOM)
def test_name_of_the_newsroom_is_taken_whatever_surrounds_it(thread: Thread, name: str) -> None:
    with pytest.raises(NameTakenError, match="Redaktion"):
        check_name(name)


@pytest.mark.parametrize(
    "name",
    ["lda Berg", "1da Berg", "Ida Berg (bestätigt)", "Ida Berg ✔ verified", "Ida Berg (Autorin)", "Autorin Ida Berg"],
)
def test_name_of_a_reader_is_taken_whatever_surrounds_it(thread: Thread, name: str) -> None:
    comment = add_comment(thread=thread, guest_name="Ida Berg", text="Von mir.")
    reader = make_reader()
    Comment.objects.filter(pk=comment.pk).update(reader=reader)
    with pytest.raises(NameTakenError, match="bestätigt"):
        check_name(name)
    assert check_name(name, reader=reader) == name


@pytest.mark.parametrize("name", ["Ꮶim Rose", "Kim Rоse", "Ηelga", "Hel\u0441"])
def test_word_of_two_scripts_is_no_name(thread: Thread, name: str) -> None:
    with pytest.raises(DiscussionError, match="einer Schrift"):
        check_name(name)


def test_names_of_people_are_free(thread: Thread) -> None:
    assert len(FREE) > 40
    comment = add_comment(thread=thread, guest_name="Ida Berg", text="Von mir.")
    Comment.objects.filter(pk=comment.pk).update(reader=make_reader())
    refused = {}
    for name in FREE:
        try:
            assert check_name(name) == name
        except DiscussionError as error:
            refused[name] = str(error)
    assert refused == {}
