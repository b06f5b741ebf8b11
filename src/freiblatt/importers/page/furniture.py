"""Words that belong to a site and not to its content, in German and English.

Whole lines are compared without case, spaces around and closing marks such as ":" or "*". A sentence of an article that
happens to be a single such word is reported as left out, so that nothing disappears in silence.
"""

import re

from freiblatt.importers.page.saved import Reason


def plain(line: str) -> str:
    """Return `line` with single ordinary spaces and without invisible characters, to compare it."""
    return " ".join(re.sub("[\u007f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", "", line).split())


def _folded(line: str) -> str:
    return plain(line).casefold().strip(" :*.…!+[]{}()|>»→↓-")


def _words(text: str) -> frozenset[str]:
    return frozenset(_folded(line) for line in text.strip().splitlines() if line.strip())


_LINES: dict[Reason, frozenset[str]] = {
    Reason.NAVIGATION: _words("""
        Zum Inhalt springen
        Zum Inhalt
        Skip to content
        Skip to main content
        Startseite
        Home
        Menü
        Menu
        Hauptmenü
        Suche
        Suchen
        Search
        Suche nach
        Search for
        Toggle navigation
        Nach oben
        Back to top
        Zurück
        Back
        Weiterlesen
        Read more
        Vorheriger Beitrag
        Nächster Beitrag
        Previous post
        Next post
        Previous article
        Next article
        Vorheriger Artikel
        Nächster Artikel
        Beitragsnavigation
        Post navigation
        Drucken
        Print
    """),
    Reason.SHARING: _words("""
        Teilen
        Share
        Share this
        Teilen mit
        Teilen auf Facebook
        Share on Facebook
        Share on Twitter
        Share on X
        Twittern
        Tweet
        Facebook
        Twitter
        Bluesky
        Mastodon
        WhatsApp
        Telegram
        LinkedIn
        Reddit
        Pinterest
        E-Mail senden
        Link kopieren
        Copy link
        Gefällt mir
        Like
        Wird geladen
        Loading
        Gefällt mir Wird geladen
    """),
    Reason.SUBSCRIBE: _words("""
        Abonnieren
        Abonnieren Sie
        Subscribe
        Benachrichtige mich bei
        Benachrichtigen bei
        Notify of
        neuen Folgekommentaren
        neuen Folgekommentare
        neuen Antworten auf meine Kommentare
        new follow-up comments
        new replies to my comments
        new replies
        guest
        Gast
        Label
        Name
        Email
        E-Mail
        E-Mail-Adresse
        Email address
        Website
        Anmelden
        Login
        Log in
        Connect with
        Einloggen
        Newsletter
        Newsletter abonnieren
        Subscribe to our newsletter
        Dieses Formular verwendet Akismet
        Benachrichtige mich über nachfolgende Kommentare via E-Mail
        Kommentar abschicken
        Kommentar absenden
        Kommentar schreiben
        Post Comment
        Submit
        Absenden
    """),
    Reason.INTERFACE: _words("""
        Oldest
        Newest
        Most Voted
        Newest Most Voted
        Oldest Newest
        Oldest Newest Most Voted
        Älteste
        Neueste
        Meiste Bewertungen
        Am meisten bewertet
        Meist bewertet
        Neueste Meiste Bewertungen
        Neueste Am meisten bewertet
        Inline Feedbacks
        Inline-Feedbacks
        View all comments
        Alle Kommentare anzeigen
        Alle Kommentare ansehen
        Load More Comments
        Mehr Kommentare laden
        Weitere Kommentare laden
        Reply
        Antworten
        Antwort
        Share
        Edit
        Bearbeiten
        Link
        Hide Replies
        Antworten ausblenden
        Antworten verbergen
        View Replies
        Antworten anzeigen
        Antworten ansehen
        Be the First to Comment
        Schreibe den ersten Kommentar
        Sei der Erste, der kommentiert
        Schreibe einen Kommentar
        Hinterlasse einen Kommentar
        Einen Kommentar hinterlassen
        Leave a Reply
        Leave a comment
        Join the discussion
        Comments
        Kommentare
        Kommentar
        Comment
        Insert
        wpDiscuz
        Would love your thoughts, please comment
        Would love your thoughts, please comment.x
        Deine Gedanken würden uns interessieren, bitte kommentiere
        Ich würde mich über Deine Meinung freuen, bitte kommentiere
        x
        You are going to send email to
        Move Comment
        Post Comment as a guest
    """),
    Reason.RELATED: _words("""
        Das könnte dich auch interessieren
        Das könnte Sie auch interessieren
        Das könnte Ihnen auch gefallen
        Auch interessant
        Ähnliche Beiträge
        Ähnliche Artikel
        Verwandte Beiträge
        Weitere Beiträge
        Weitere Artikel
        Mehr zum Thema
        Related posts
        Related articles
        Related
        You may also like
        You might also like
        Read next
        More from
        Neueste Beiträge
        Recent posts
        Latest posts
    """),
    Reason.FOOTER: _words("""
        Impressum
        Datenschutz
        Datenschutzerklärung
        Impressum Datenschutz
        Imprint
        Privacy
        Privacy policy
        Terms
        Kontakt
        Contact
        Cookie-Einstellungen
        Alle Rechte vorbehalten
        All rights reserved
        Stolz präsentiert von WordPress
        Proudly powered by WordPress
    """),
}

_PATTERNS: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(rf"^(?:{pattern})$", re.IGNORECASE))
    for reason, pattern in (
        (Reason.INTERFACE, r"(?:view|hide) (?:all )?(?:\d+ )?repl(?:y|ies)(?: \(\d+\))?"),
        (Reason.INTERFACE, r"(?:alle )?(?:\d+ )?antwort(?:en)? (?:anzeigen|ansehen|ausblenden)(?: \(\d+\))?"),
        (Reason.INTERFACE, r"(?:zuletzt bearbeitet|last edited) .{0,60}"),
        (Reason.INTERFACE, r"would love your thoughts.{0,30}"),
        (Reason.SHARING, r"(?:(?:facebook|twitter|bluesky|mastodon|whatsapp|telegram|linkedin|e-?mail)\W*){2,}"),
        (Reason.READING_TIME, r"(?:lesezeit|reading time|lesedauer)\W{0,3}\d{1,3}\s*min\w*\.?"),
        (Reason.READING_TIME, r"\d{1,3}[\s-]*min(?:uten?|utes|s)?\.?\s*(?:lesezeit|lesedauer|read|reading time|lesen)"),
        (Reason.FOOTER, r"(?:©|\(c\)|copyright)\s.{0,120}"),
        (Reason.NAVIGATION, r"(?:schlagwörter|tags?|kategorien?|categor(?:y|ies)|filed under)\s*:.{0,200}"),
        (
            Reason.SUBSCRIBE,
            r"(?:your email address will not be|required fields are|deine e-mail-adresse wird nicht).{0,200}",
        ),
        (
            Reason.SUBSCRIBE,
            r"(?:i allow to use my email|ich erlaube|meinen namen, meine e-mail|save my name, email).{0,200}",
        ),
    )
)

#: Headings behind which the rest, up to the discussion, is a list of other articles.
_OPENS_RELATED = _LINES[Reason.RELATED]

#: "9 Comments", "Kommentare (9)", "9 Gedanken zu „…“".
_COUNTS = (
    re.compile(
        r"^(\d{1,6}) (?:comments?|kommentare?|responses?|reaktion(?:en)?|thoughts? on .+|gedanken? zu .+)$", re.I
    ),
    re.compile(r"^(\d{1,6}) (?:comments? on|kommentare? zu|antworten auf|antworten zu|replies to) .+$", re.I),
    re.compile(r"^(?:comments?|kommentare?) ?[(\[:] ?(\d{1,6})[)\]]?$", re.I),
    re.compile(r"^dieser beitrag hat (\d{1,6}) kommentare?$", re.I),
)

#: Above the form for a new comment: what follows the last comment from here on is no comment.
_OPENS_FORM = _words("""
    Leave a Reply
    Leave a Reply Cancel reply
    Leave a comment
    Cancel reply
    Schreibe einen Kommentar
    Schreibe einen Kommentar Antworten abbrechen
    Hinterlasse einen Kommentar
    Einen Kommentar hinterlassen
    Antworten abbrechen
""")

_BADGES = _words("""
    Author
    Autor
    Autorin
    Admin
    Administrator
    Editor
    Redaktion
    Redakteur
    Moderator
    Member
    Mitglied
    Noble Member
    New Member
    Active Member
    Eminent Member
    Trusted Member
    Reputable Member
""")
_AUTHOR_BADGES = _words("Author\nAutor\nAutorin")

#: What a plea for support speaks of. Two different ones in a line that speaks to the reader make a plea.
_PLEA_TERMS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"\bunterstütz\w*",
        r"\bspende\w*",
        r"bezahlschranke\w*|\bpaywall\w*",
        r"\bfreiwillig\w*|\bvoluntar\w*",
        r"\beinmalig\b|\bregelmäßig\b|\bone-time\b|\bone-off\b|\bmonthly\b|\bmonatlich\w*",
        r"\bbeitrag(?:en|t)?\b|\bbeitragen\b|\bcontribut\w*",
        r"\bfinanzier\w*|\bfund(?:ed|ing|s)?\b|\breader-funded\b|\bfinanced?\b",
        r"\bsupport(?:er|ers|ing|s)?\b",
        r"\bdonat\w*",
        r"\bjournalis(?:mus|m)\b",
        r"\bmitglied(?:schaft|er)?\b|\bmembership\b|\bbecome a member\b",
        r"\bpaypal\b|\bsteady\b|\bpatreon\b|\bIBAN\b|\bko-fi\b",
        r"\bunabhängig\w*|\bindependent\b",
        r"\babo\b|\babonn\w*|\bsubscri\w*",
    )
)
_SPEAKS_TO_READER = re.compile(r"\b(?:Deine?[nmrs]?|Ihre?[nmrs]?|Eure?[nmrs]?|Dich|Du|Sie|Euch|your?|yours)\b", re.I)
_SPEAKS_OF_ITSELF = re.compile(r"\b(?:wir|uns|unser\w*|we|us|our)\b", re.I)
_PLEA_HEADING = re.compile(
    r"\b(?:deine|ihre|eure|deiner|ihrer|eurer)\s+(?:\w+\s+)?(?:unterstützung|spende|hilfe)\b"
    r"|\b(?:unterstütze|unterstützen sie|unterstützt)\s+(?:uns|unser\w*|den|die|diesen|freien|unabhängigen)\b"
    r"|\bsupport\s+(?:us|our|this|independent|investigative)\b|\byour\s+(?:\w+\s+)?(?:support|donation|help)\b"
    r"|\bspenden sie\b|\bspende jetzt\b|\bjetzt (?:spenden|unterstützen)\b|\bdonate\b",
    re.I,
)


def reason_of(line: str) -> Reason | None:
    """Return why `line` is furniture, or None where it is not. A count of comments is not furniture."""
    folded = _folded(line)
    for reason, lines in _LINES.items():
        if folded in lines:
            return reason
    short = plain(line)
    return next((reason for reason, pattern in _PATTERNS if pattern.match(short)), None)


def opens_related(line: str) -> bool:
    """Return whether `line` is the heading of a list of other articles."""
    return _folded(line) in _OPENS_RELATED


def opens_form(line: str) -> bool:
    """Return whether `line` is the heading of the form for a new comment."""
    return _folded(line) in _OPENS_FORM


def is_ornament(line: str) -> bool:
    """Return whether `line` holds neither letter nor digit nor emoji, such as "* * *"."""
    return bool(plain(line)) and not _folded(line).strip("–—_=~•·#, ")


def is_number(line: str) -> bool:
    """Return whether `line` is nothing but a counter, as of votes."""
    return re.fullmatch(r"[+-]?\d{1,6}", plain(line)) is not None


def count_of_comments(line: str) -> int | None:
    """Return how many comments `line` announces, or None."""
    short = plain(line)
    for pattern in _COUNTS:
        if len(short) <= 300 and (match := pattern.match(short)):
            return int(match[1])
    return None


def is_badge(line: str) -> bool:
    """Return whether `line` is what a page prints beside the name of somebody with a role."""
    return _folded(line) in _BADGES


def is_author_badge(line: str) -> bool:
    """Return whether `line` marks the author of the article."""
    return _folded(line) in _AUTHOR_BADGES


def is_plea(line: str) -> bool:
    """Return whether `line` asks the reader for support: about itself, to the reader, in at least two such words."""
    terms = sum(pattern.search(line) is not None for pattern in _PLEA_TERMS)
    return terms >= 2 and bool(_SPEAKS_TO_READER.search(line)) and bool(_SPEAKS_OF_ITSELF.search(line))


def is_plea_heading(line: str) -> bool:
    """Return whether a short `line` is the heading or the button of a plea."""
    return len(line) <= 160 and _PLEA_HEADING.search(line) is not None
