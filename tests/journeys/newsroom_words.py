"""What the newsroom's story says in German and in English: the desk's words, the people, what they write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What the desk and the letters say in one language, who works there, and what they write."""

    language: str
    tree: str
    owner: str
    editor: tuple[str, str]
    author: tuple[str, str]
    lawyer: str
    section: str
    headline: str
    slug: str
    standfirst: str
    changed: str
    text: str
    wish: str
    reason: str
    notice: str
    # The desk's words.
    set_password: str
    set_up_app: str
    set_up: str
    kept: str
    sign_in: str
    sign_in_passkey: str
    sign_out: str
    settings: str
    people: str
    invite: str
    invite_button: str
    role_editor: str
    role_author: str
    invited: str
    reports: str
    post: str
    set_up_passkey: str
    pages: str
    add_child: str
    section_type: str
    publish: str
    authors_and_topics: str
    authors: str
    add_author: str
    save: str
    upload: str
    submit: str
    submit_again: str
    ask_for_changes: str
    changes_are_asked_for: str
    actions: str
    compare_versions: str
    compare: str
    edit: str
    set_schedule: str
    save_schedule: str
    approve: str
    scheduled: str
    share: str
    for_whom: str
    make_link: str
    take_back: str
    ended: str
    withdraw: str
    withdraw_now: str
    withdrawn: str
    was_withdrawn: str
    # Subjects of letters.
    invitation: str
    to_check: str
    changes: str
    approved: str

    @property
    def address(self) -> str:
        """Where readers find the article."""
        prefix = "" if self.language == "de" else f"/{self.language}"
        return f"{prefix}/{self.section.lower()}/{self.slug}/"

    @property
    def feed(self) -> str:
        return "/feed.atom" if self.language == "de" else f"/{self.language}/feed.atom"

    @property
    def front(self) -> str:
        return "/" if self.language == "de" else f"/{self.language}/"


GERMAN = Words(
    language="de",
    tree="Tagblatt Deutsch",
    owner="olga@example.org",
    editor=("Karl", "Mohr"),
    author=("Rosa", "Winter"),
    lawyer="Dr. Petra Lang, Rechtsanwältin",
    section="Europa",
    headline="Ein Hafen wird verkauft",
    slug="ein-hafen-wird-verkauft",
    standfirst="Der Käufer schweigt.",
    changed="Der Käufer ist eine Bank.",
    text="Am Montag unterschrieb der Senat.",
    wish="Wer ist der Käufer?",
    reason="Die Quelle hat uns getäuscht.",
    notice="Ein Dokument, auf das wir uns stützten, war gefälscht.",
    set_password="Passwort festlegen",
    set_up_app="Authenticator-App einrichten",
    set_up="Einrichten",
    kept="Ich habe sie aufbewahrt",
    sign_in="Anmelden",
    sign_in_passkey="Mit einem Passkey anmelden",
    sign_out="Abmelden",
    settings="Einstellungen",
    people="Mitglieder",
    invite="Jemanden einladen",
    invite_button="Einladen",
    role_editor="Redaktion:",
    role_author="Autor:",
    invited="ist eingeladen",
    reports="Berichte",
    post="Post",
    set_up_passkey="Passkey einrichten",
    pages="Seiten",
    add_child="Unterseite hinzufügen",
    section_type="Ressort",
    publish="Veröffentlichen",
    authors_and_topics="Autoren und Themen",
    authors="Autoren",
    add_author="Autor hinzufügen",
    save="Speichern",
    upload="Hochladen",
    submit="Zur Prüfung geben",
    submit_again="Wieder zur Prüfung geben",
    ask_for_changes="Um Änderungen bitten",
    changes_are_asked_for="Änderungen erbeten",
    actions="Aktionen",
    compare_versions="Fassungen vergleichen",
    compare="Vergleichen",
    edit="Bearbeiten",
    set_schedule="Zeitplan festlegen",
    save_schedule="Zeitplan speichern",
    approve="Freigeben und Veröffentlichen",
    scheduled="ist eingeplant",
    share="Entwurf teilen",
    for_whom="Für wen",
    make_link="Link erstellen",
    take_back="Zurücknehmen",
    ended="Dieser Link gilt nicht mehr.",
    withdraw="Zurückziehen …",
    withdraw_now="Jetzt zurückziehen",
    withdrawn="ist zurückgezogen",
    was_withdrawn="zurückgezogen. Wer ihn veröffentlicht",
    invitation="Ihr Konto in der Redaktion von Tagblatt",
    to_check="Zu prüfen",
    changes="Änderungen erbeten",
    approved="Freigegeben",
)
ENGLISH = Words(
    language="en",
    tree="Tagblatt English",
    owner="owen@example.org",
    editor=("Kate", "Moore"),
    author=("Iris", "Winters"),
    lawyer="Dr Peter Long, lawyer",
    section="Europe",
    headline="A harbour is sold",
    slug="a-harbour-is-sold",
    standfirst="The buyer is silent.",
    changed="The buyer is a bank.",
    text="The senate signed on Monday.",
    wish="Who is the buyer?",
    reason="The source has deceived us.",
    notice="A document on which we relied was forged.",
    set_password="Set the password",
    set_up_app="Set up an authenticator app",
    set_up="Set up",
    kept="I have kept them",
    sign_in="Sign in",
    sign_in_passkey="Sign in with a passkey",
    sign_out="Log out",
    settings="Settings",
    people="People",
    invite="Invite somebody",
    invite_button="Invite",
    role_editor="Editor:",
    role_author="Author:",
    invited="is invited",
    reports="Reports",
    post="Post",
    set_up_passkey="Set up the passkey",
    pages="Pages",
    add_child="Add child page",
    section_type="Section",
    publish="Publish",
    authors_and_topics="Authors and topics",
    authors="Authors",
    add_author="Add author",
    save="Save",
    upload="Upload",
    submit="Submit for the check",
    submit_again="Submit for the check again",
    ask_for_changes="Ask for changes",
    changes_are_asked_for="changes are asked for",
    actions="Actions",
    compare_versions="Compare versions",
    compare="Compare",
    edit="Edit",
    set_schedule="Set schedule",
    save_schedule="Save schedule",
    approve="Approve and Publish",
    scheduled="is scheduled",
    share="Share a draft",
    for_whom="For whom",
    make_link="Make a link",
    take_back="Take back",
    ended="This link has ended.",
    withdraw="Withdraw…",
    withdraw_now="Withdraw now",
    withdrawn="is withdrawn",
    was_withdrawn="Publishing it ends that",
    invitation="Your account in the newsroom of Tagblatt",
    to_check="To check",
    changes="Changes wanted",
    approved="Approved",
)
