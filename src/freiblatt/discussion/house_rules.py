"""The house rules that every publication begins with; its desk changes them as it likes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One rule in one language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class FirstRule:
    """One rule in every language of this program."""

    code: str
    words: dict[str, Words]
    is_legal: bool = False


#: Not marked for translation: they are planted in all languages at once, and belong to the desk from then on.
FIRST_RULES = (
    FirstRule(
        "respect",
        {
            "de": Words(
                "Sachlich bleiben",
                "Widersprechen Sie, so hart Sie wollen, aber der Sache. Beleidigungen, Spott über Personen und "
                "Unterstellungen streichen wir.",
            ),
            "en": Words(
                "Argue about the matter",
                "Disagree as sharply as you like, but with what was said. We take out insults, mockery of people and "
                "claims about their motives.",
            ),
        },
    ),
    FirstRule(
        "dignity",
        {
            "de": Words(
                "Niemanden herabwürdigen",
                "Wer andere wegen Herkunft, Hautfarbe, Religion, Geschlecht, Behinderung, Alter oder sexueller "
                "Orientierung angreift, schreibt hier nicht.",
            ),
            "en": Words(
                "Demean nobody",
                "No attacks on people for their origin, skin colour, religion, sex, disability, age or sexual "
                "orientation.",
            ),
        },
    ),
    FirstRule(
        "privacy",
        {
            "de": Words(
                "Privates bleibt privat",
                "Keine Anschriften, Telefonnummern, Krankheiten oder andere private Angaben über Dritte, auch nicht "
                "aus öffentlichen Quellen zusammengetragen.",
            ),
            "en": Words(
                "Leave private lives alone",
                "No addresses, telephone numbers, illnesses or other private facts about others, even if they were "
                "put together from public sources.",
            ),
        },
    ),
    FirstRule(
        "evidence",
        {
            "de": Words(
                "Vorwürfe brauchen Belege",
                "Wer anderen etwas Ehrenrühriges vorwirft, nennt eine Quelle, die wir prüfen können. Sonst bleibt "
                "es draußen, auch wenn es stimmen mag. Hinweise, die nicht an die Öffentlichkeit gehören, nimmt die "
                "Redaktion vertraulich entgegen.",
            ),
            "en": Words(
                "Accusations need evidence",
                "Whoever accuses others of something that harms their name gives a source that we can check. "
                "Otherwise it stays out, even if it may be true. What should not be public yet, tell the newsroom in "
                "confidence.",
            ),
        },
    ),
    FirstRule(
        "topic",
        {
            "de": Words(
                "Beim Thema bleiben",
                "Ein Kommentar gehört zum Artikel oder zu dem, was andere darunter geschrieben haben.",
            ),
            "en": Words(
                "Stay with the subject",
                "A comment belongs to the article, or to what others have written below it.",
            ),
        },
    ),
    FirstRule(
        "advertising",
        {
            "de": Words(
                "Keine Werbung",
                "Keine Reklame, keine Aufrufe zum Kauf, keine Links, die nur Besucher bringen sollen. Wer für eine "
                "Sache arbeitet, über die er schreibt, sagt es dazu.",
            ),
            "en": Words(
                "No advertising",
                "No advertisements, no calls to buy, no links that are only meant to bring visitors. Whoever works "
                "for what he or she writes about says so.",
            ),
        },
    ),
    FirstRule(
        "one-voice",
        {
            "de": Words(
                "Eine Stimme für jeden",
                "Ein Pseudonym ist willkommen, mehrere zugleich sind es nicht. Schreiben Sie nicht unter dem Namen "
                "anderer und nicht immer wieder dasselbe.",
            ),
            "en": Words(
                "One voice each",
                "A pseudonym is welcome, several at once are not. Do not write under somebody else's name, and not "
                "the same thing again and again.",
            ),
        },
    ),
    FirstRule(
        "law",
        {
            "de": Words(
                "Nichts Rechtswidriges",
                "Was gegen Gesetze verstößt, entfernen wir: etwa Drohungen, Volksverhetzung, Verleumdung oder fremde "
                "Texte ohne Erlaubnis.",
            ),
            "en": Words(
                "Nothing illegal",
                "We remove what is against the law, such as threats, incitement to hatred, defamation, or somebody "
                "else's texts without permission.",
            ),
        },
        is_legal=True,
    ),
)
