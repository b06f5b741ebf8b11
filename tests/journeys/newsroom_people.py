"""The people of the newsroom's story, each at a browser of their own, and what they do there."""

import re
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from wagtail.models import Revision

from freiblatt.articles.actions import publish_due
from freiblatt.newsroom.totp import STEP_SECONDS, code_at
from tests.cast import PASSWORD
from tests.journeys.desk_steps import write_paragraph
from tests.journeys.devices import give_keeper
from tests.journeys.house import House, link_in
from tests.journeys.newsroom_words import Words


class Desks:
    """Browsers of their own for everybody, and what those complained about."""

    def __init__(self, browser: Browser, language: str) -> None:
        self.browser, self.locale = browser, {"de": "de-DE", "en": "en-GB"}[language]
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self) -> Page:
        """Return an empty page in a browser that nobody has used."""
        context = self.browser.new_context(locale=self.locale, timezone_id="Europe/Berlin")
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda said: self.complaints.append(f"{page.url}: {said.text}") if said.type == "error" else 0
        )
        return page

    def reader(self) -> Page:
        """Open a page for somebody without account and without script, who may find nothing."""
        context = self.browser.new_context(locale=self.locale, java_script_enabled=False)
        self.contexts.append(context)
        return context.new_page()

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()


def address_of(person: tuple[str, str]) -> str:
    return f"{person[0].lower()}@example.org"


# What people do again and again


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def from_menu(page: Page, group: str, entry: str) -> None:
    """Choose an entry of the sidebar."""
    sidebar = page.get_by_role("navigation").first
    button(sidebar, group).click()
    sidebar.get_by_role("link", name=entry, exact=True).click()


def from_title(page: Page, words: Words, entry: str) -> None:
    """Choose an entry of the menu at the page's title."""
    button(page, words.actions).first.click()
    page.get_by_role("link", name=entry, exact=True).click()


def foot(page: Page) -> Locator:
    """Return the menu at the foot of the editor, opened."""
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    return page.locator("footer")


def said(page: Page, sentence: str) -> None:
    """Look for what the desk says above the page."""
    expect(page.locator(".messages").get_by_text(sentence).first).to_be_visible()


def go_into(page: Page, words: Words) -> None:
    """Go to the publication's pages of this language, by the sidebar."""
    button(page, words.pages).click()
    page.get_by_role("link", name=words.tree).click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/$"))


def open_from_start(page: Page, house: House, headline: str) -> None:
    """Open an article that the start page lists."""
    page.goto(house.url + "/admin/")
    page.get_by_role("main").get_by_role("link", name=headline).first.click()
    page.wait_for_url(re.compile("/edit/"))
    expect(page.locator("#id_title")).to_have_value(headline)


def leave(page: Page, words: Words, name: str) -> None:
    """Sign out by the menu at the own name; the door goes on in the language of whoever left."""
    button(page, name).click()
    page.get_by_role("button", name=words.sign_out).or_(page.get_by_role("link", name=words.sign_out)).click()
    page.wait_for_url(re.compile("/admin/login/"))
    expect(page.locator("html")).to_have_attribute("lang", words.language)


# The acts


def owner_comes_in(house: House, desks: Desks, words: Words) -> Page:
    """By the console's link, with a password and an app; then once more as on any other day."""
    link = house.console("staff", "invite", words.owner, "--role", "owner", "--language", words.language).split()[-1]
    page = desks.open()
    page.goto(link)
    page.locator("input[name=new_password1]").fill(PASSWORD)
    page.locator("input[name=new_password2]").fill(PASSWORD)
    button(page, words.set_password).click()
    page.get_by_role("link", name=words.set_up_app).click()
    secret = page.locator("[data-secret]").inner_text()
    page.locator("input[name=code]").fill(code_at(secret, int(time.time()) // STEP_SECONDS))
    button(page, words.set_up).click()
    expect(page.locator("[data-recovery-code]")).to_have_count(10)
    page.get_by_role("link", name=words.kept).click()
    page.wait_for_url(house.url + "/admin/")

    leave(page, words, words.owner)
    page.locator("input[name=username]").fill(words.owner)
    page.locator("input[name=password]").fill(PASSWORD)
    button(page, words.sign_in).click()
    # The code of a half minute counts once; the app's next one comes early enough.
    page.locator("input[name=code]").fill(code_at(secret, int(time.time()) // STEP_SECONDS + 1))
    button(page, words.sign_in).click()
    page.wait_for_url(house.url + "/admin/")
    return page


def owner_invites(page: Page, house: House, words: Words) -> None:
    """An editor and an author, and sees the letters in the desk's mailbox."""
    from_menu(page, words.settings, words.people)
    for person, role in ((words.editor, words.role_editor), (words.author, words.role_author)):
        page.get_by_role("link", name=words.invite).first.click()
        page.locator("#id_email").fill(address_of(person))
        page.locator("#id_first_name").fill(person[0])
        page.locator("#id_last_name").fill(person[1])
        page.get_by_role("checkbox", name=role).check()
        page.locator("#id_language").select_option(words.language)
        button(page, words.invite_button).click()
        said(page, words.invited)
        house.letter_to(address_of(person), words.invitation)
    from_menu(page, words.reports, words.post)
    row = page.get_by_role("row").filter(has_text=address_of(words.editor))
    expect(row.get_by_role("link", name=words.invitation)).to_be_visible()


def editor_comes_in(house: House, desks: Desks, words: Words) -> Page:
    """By the link in the letter, with a passkey; then once more by that alone."""
    page = desks.open()
    give_keeper(page)
    page.goto(link_in(house.letter_to(address_of(words.editor), words.invitation)))
    button(page, words.set_up_passkey).click()
    page.get_by_role("link", name=words.kept).click()
    page.wait_for_url(house.url + "/admin/")
    leave(page, words, words.editor[0])
    button(page, words.sign_in_passkey).click()
    page.wait_for_url(house.url + "/admin/")
    return page


def author_comes_in(house: House, desks: Desks, words: Words) -> Page:
    """By the link in the letter, with a password; authors need no more."""
    page = desks.open()
    page.goto(link_in(house.letter_to(address_of(words.author), words.invitation)))
    page.locator("input[name=new_password1]").fill(PASSWORD)
    page.locator("input[name=new_password2]").fill(PASSWORD)
    button(page, words.set_password).click()
    page.wait_for_url(house.url + "/admin/")
    return page


def editor_prepares(page: Page, words: Words) -> None:
    """A section to write in, and a name to write under."""
    go_into(page, words)
    page.get_by_role("link", name=words.add_child).click()
    page.get_by_role("link", name=words.section_type, exact=True).click()
    page.locator("#id_title").fill(words.section)
    page.keyboard.press("Tab")
    button(foot(page), words.publish).click()
    said(page, words.section)
    from_menu(page, words.authors_and_topics, words.authors)
    page.get_by_role("link", name=words.add_author).first.click()
    name = " ".join(words.author)
    page.locator("#id_name").fill(name)
    page.keyboard.press("Tab")
    page.locator("#id_staff_member").select_option(label=name)
    button(page, words.save).click()
    said(page, name)


def author_writes(page: Page, words: Words, picture: Path) -> None:
    """An article with a picture, which saves itself; there is no way to publish it, but one to have it checked."""
    go_into(page, words)
    page.get_by_role("link", name=re.compile(f".*{words.section}.*")).last.click()
    page.wait_for_url(re.compile("/admin/pages/add/"))
    page.locator("#id_title").fill(words.headline)
    page.locator("#id_standfirst").fill(words.standfirst)
    page.wait_for_url(re.compile("/edit/"))
    page.locator("#id_bylines-ADD").click()
    page.locator("#inline_child_bylines-0 [data-chooser-action-choose]:visible").click()
    page.get_by_role("dialog").get_by_role("link", name=" ".join(words.author)).click()
    page.locator("#id_lead_picture-chooser [data-chooser-action-choose]:visible").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name=words.upload).click()
    dialog.locator("input[type=file]").set_input_files(picture)
    dialog.locator("[name$=description]").fill(words.headline)
    dialog.locator("[name$=credit]").fill(" ".join(words.author))
    dialog.locator("[name$=licence]").fill("CC BY 4.0")
    button(dialog, words.upload).click()
    expect(page.locator("#id_lead_picture-title")).to_have_text(picture.stem)
    write_paragraph(page, words.text)
    menu = foot(page)
    expect(button(menu, words.submit)).to_be_visible()
    expect(button(menu, words.publish)).to_have_count(0)
    button(menu, words.submit).click()
    said(page, words.headline)


def editor_asks_for_changes(page: Page, house: House, words: Words) -> None:
    house.letter_to(address_of(words.editor), words.to_check)
    open_from_start(page, house, words.headline)
    button(foot(page), words.ask_for_changes).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("textarea").fill(words.wish)
    button(dialog, words.ask_for_changes).click()
    said(page, words.headline)
    assert words.wish in house.letter_to(address_of(words.author), words.changes)


def author_changes(page: Page, house: House, words: Words) -> None:
    page.goto(house.url + "/admin/")
    expect(page.get_by_text(words.changes_are_asked_for)).to_be_visible()
    open_from_start(page, house, words.headline)
    page.locator("#id_standfirst").fill(words.changed)
    button(foot(page), words.submit_again).click()
    said(page, words.headline)


def editor_compares(page: Page, house: House, words: Words) -> None:
    """The version that was submitted first with the one that was submitted again."""
    open_from_start(page, house, words.headline)
    from_title(page, words, words.compare_versions)
    button(page, words.compare).click()
    row = page.get_by_role("main").get_by_role("row").filter(has_text=words.changed.split()[-1])
    expect(row.locator(".deletion")).to_contain_text(words.standfirst.split()[-1])
    expect(row.locator(".addition")).to_contain_text(words.changed.split()[-1])
    page.get_by_role("link", name=words.edit).first.click()
    page.wait_for_url(re.compile("/edit/"))


def editor_schedules(page: Page, words: Words) -> None:
    """An embargo, and the approval that lets it count."""
    page.locator("[data-side-panel-toggle=status]").click()
    button(page, words.set_schedule).click()
    dialog = page.get_by_role("dialog")
    year = timezone.now().year + 1
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    dialog.locator("#id_go_live_at").click()
    expect(calendar).to_be_visible()
    dialog.locator("#id_go_live_at").fill(f"{year}-07-01 06:00")
    dialog.get_by_role("heading").click()
    expect(calendar).to_be_hidden()
    with page.expect_navigation():
        # By keyboard: the calendar that the field opens may lie over the button until the field is left.
        button(dialog, words.save_schedule).focus()
        button(dialog, words.save_schedule).press("Enter")
    button(foot(page), words.approve).click()
    said(page, words.scheduled)


def editor_makes_link(page: Page, words: Words) -> str:
    """Return the address of a link for a lawyer, made on the screen for links to the draft."""
    page.get_by_role("textbox", name=words.for_whom).fill(words.lawyer)
    button(page, words.make_link).click()
    return page.locator("#shared-address").input_value()


def lawyer_reads(page: Page, address: str, words: Words) -> None:
    answer = page.goto(address)
    assert answer.status == 200
    assert "no-store" in answer.headers["cache-control"]
    assert "noindex" in answer.headers["x-robots-tag"]
    expect(page.locator("h1")).to_have_text(words.headline)
    expect(page.get_by_text(words.text)).to_be_visible()
    expect(page.get_by_text(words.lawyer)).to_be_visible()
    assert page.locator("main img").first.evaluate("picture => picture.naturalWidth") > 0
    assert page.context.cookies() == []


def lawyer_reads_no_more(page: Page, address: str, words: Words) -> None:
    answer = page.goto(address)
    assert answer.status == 410
    assert "no-store" in answer.headers["cache-control"]
    assert "noindex" in answer.headers["x-robots-tag"]
    expect(page.get_by_role("heading", name=words.ended)).to_be_visible()


def hour_comes() -> None:
    """Let the embargo end now, as if the hour had come."""
    due = timezone.now() - timedelta(minutes=1)
    scheduled = Revision.objects.get(approved_go_live_at__gt=timezone.now())
    scheduled.content["go_live_at"] = due.isoformat()
    scheduled.approved_go_live_at = due
    scheduled.save()
    publish_due.enqueue()


def places_that_tell(house: House, words: Words) -> list[str]:
    """Return what of the public lists names the article."""
    maps = re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", house.get("/sitemap.xml")[1])
    places = [
        words.front,
        words.feed,
        "/sitemap-news.xml",
        *(one for one in maps if one.endswith(".xml")),
        "/sitemap.xml",
    ]
    return [place for place in dict.fromkeys(places) if words.slug in house.get(place)[1]]


def editor_withdraws(page: Page, house: House, words: Words) -> None:
    go_into(page, words)
    page.get_by_role("link", name=words.section).last.click()
    page.get_by_role("main").get_by_role("link", name=words.headline, exact=True).click()
    page.wait_for_url(re.compile("/edit/"))
    foot(page).get_by_role("link", name=words.withdraw).click()
    page.locator("#id_reason").fill(words.reason)
    page.locator("#id_notice").fill(words.notice)
    button(page, words.withdraw_now).click()
    said(page, words.withdrawn)


def editor_publishes_again(page: Page, words: Words) -> None:
    page.get_by_role("main").get_by_role("link", name=words.headline, exact=True).click()
    said(page, words.was_withdrawn)
    button(foot(page), words.publish).click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/$"))
