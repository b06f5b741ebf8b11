"""The pages of a real newspaper, on a real server, looked at by a browser and by those who judge pages for a living."""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route

from tests.journeys.newspaper import NPM, Newspaper, need_java, need_node, served_demo

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("newspaper")]

KINDS = ["front", "section", "article", "author", "404"]


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    """The demo, served for all tests of this module."""
    with served_demo(tmp_path_factory.mktemp("newspaper")) as served:
        yield served


def open_page(browser: Browser, newspaper: Newspaper, kind: str, **options: Any) -> Page:
    """Return the page of one kind in a browser of its own."""
    page = browser.new_page(**options)
    page.goto(newspaper.url + newspaper.pages.get(kind, kind))
    return page


# Judges


def test_nu_checker_finds_no_error(newspaper: Newspaper, tmp_path: Path) -> None:
    need_java()
    for kind, address in newspaper.pages.items():
        (tmp_path / f"{kind}.html").write_bytes(newspaper.get(address)[1])
    checked = subprocess.run(
        ["java", "-jar", str(NPM / "vnu-jar/build/dist/vnu.jar"), "--format", "json", "--stdout", str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
    )
    found = [message for message in json.loads(checked.stdout)["messages"] if message["type"] != "info"]
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(newspaper: Newspaper, browser: Browser, kind: str, scheme: str) -> None:
    need_node()
    axe = (NPM / "axe-core/axe.min.js").read_text()
    for width_px in (390, 1440):
        page = open_page(
            browser, newspaper, kind, color_scheme=scheme, viewport={"width": width_px, "height": 900}, locale="de-DE"
        )
        page.evaluate(axe)
        violations = page.evaluate("axe.run().then((result) => result.violations)")
        assert [(v["id"], v["impact"], [node["html"] for node in v["nodes"]]) for v in violations] == []
        page.close()


def test_lighthouse_is_pleased_with_the_article(
    newspaper: Newspaper, browser_type_launch_args: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    need_node()
    chromium = browser_type_launch_args.get("executable_path") or browser.browser_type.executable_path
    flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-background-networking"
    best: dict[str, float] = {}
    # Its speed is measured on this very machine, which may be busy: the best of three counts.
    for _attempt in range(3):
        done = subprocess.run(
            [
                str(shutil.which("node")),
                str(NPM / "lighthouse/cli/index.js"),
                newspaper.url + newspaper.pages["article"],
                "--quiet",
                "--output=json",
                f"--output-path={tmp_path / 'report.json'}",
                f"--chrome-flags={flags}",
            ],
            env={**os.environ, "CHROME_PATH": chromium},
            check=False,
            timeout=300,
        )
        if done.returncode:
            # A busy browser sometimes records no start of the page, and Lighthouse asks to be run again.
            continue
        report = json.loads((tmp_path / "report.json").read_text())
        scores = {name: round(category["score"] * 100) for name, category in report["categories"].items()}
        best = {name: max(score, best.get(name, 0)) for name, score in scores.items()}
        if best["performance"] >= 95:
            break
    assert best.get("performance", 0) >= 95
    assert {**best, "performance": 100} == {
        "performance": 100,
        "accessibility": 100,
        "best-practices": 100,
        "seo": 100,
    }


# What it costs to read


def test_article_with_its_discussion_is_one_small_document(newspaper: Newspaper) -> None:
    status, body = newspaper.get(newspaper.pages["article"], **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert body[:2] == b"\x1f\x8b"
    assert len(body) <= 14_000


def test_reader_loads_two_kilobytes_of_script_and_nothing_from_others(newspaper: Newspaper, browser: Browser) -> None:
    requests: list[Request] = []
    page = browser.new_page()
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(newspaper.url + newspaper.pages["article"], wait_until="networkidle")
    assert [request.url for request in requests if not request.url.startswith(newspaper.url)] == []
    scripts = [request for request in requests if request.resource_type == "script"]
    assert scripts != []
    assert sum(request.sizes()["responseBodySize"] for request in scripts) <= 2_000
    assert len([request for request in requests if request.resource_type == "stylesheet"]) == 1
    fonts = [request for request in requests if request.resource_type == "font" and "italic" not in request.url]
    assert sum(request.sizes()["responseBodySize"] for request in fonts) <= 60_000
    page.close()


# What a reader does


def test_drawing_opened_by_itself_keeps_its_colours_and_runs_nothing(newspaper: Newspaper, browser: Browser) -> None:
    """The publication's check refuses such a script; should one come through, the policy stops it."""
    (newspaper.directory / "media" / "drawing.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><style>.green { fill: #00ff00 }</style>'
        '<rect width="10" height="10" style="fill: #ff0000"/><rect class="green" x="10" width="10" height="10"/>'
        '<rect id="last" x="20" width="10" height="10" fill="#0000ff"/>'
        '<script>document.getElementById("last").remove()</script></svg>'
    )
    page = browser.new_page(viewport={"width": 300, "height": 100})
    page.goto(newspaper.url + "/media/drawing.svg")
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    assert [seen.getpixel((x, 50)) for x in (50, 150, 250)] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    page.close()


@pytest.mark.parametrize("width_px", [320, 390, 820, 1440])
@pytest.mark.parametrize("kind", [*KINDS, "/archiv/"])
def test_no_page_is_wider_than_the_screen(newspaper: Newspaper, browser: Browser, kind: str, width_px: int) -> None:
    page = open_page(browser, newspaper, kind, viewport={"width": width_px, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    page.close()


#: For each row of cards: whether it ends where the columns end; for each picture: the height left below it.
ROWS_AND_BANDS = """(columns) => {
  const box = columns.getBoundingClientRect(), rows = new Map();
  for (const card of columns.children) {
    const { top, right } = card.getBoundingClientRect();
    rows.set(Math.round(top), Math.max(right, rows.get(Math.round(top)) ?? 0));
  }
  const frames = [...columns.querySelectorAll(".teaser-picture")];
  return {
    rows: [...rows.values()].map((right) => Math.abs(right - box.right) <= 1),
    bands: frames.map((frame) => Math.round(frame.offsetHeight - frame.querySelector("img").offsetHeight)),
  };
}"""


@pytest.mark.parametrize(("width_px", "rows_of"), [(1440, (1, 1, 1, 2, 2)), (820, (1, 1, 2, 2, 3))])
def test_latest_articles_fill_every_row_and_leave_no_band_below_a_picture(
    newspaper: Newspaper, browser: Browser, width_px: int, rows_of: tuple[int, ...]
) -> None:
    page = open_page(browser, newspaper, "front", viewport={"width": width_px, "height": 900})
    columns = page.locator("section[aria-labelledby=latest] .columns")
    assert columns.locator("> *").count() == len(rows_of)
    for count in range(len(rows_of), 0, -1):
        seen = columns.evaluate(ROWS_AND_BANDS)
        assert seen == {"rows": [True] * rows_of[count - 1], "bands": [0] * count}
        # One less, and long words in what then leads.
        columns.evaluate("(columns) => columns.firstElementChild.remove()")
        if count > 1:
            columns.locator(".standfirst").first.evaluate("(text) => text.append(text.textContent.repeat(3))")
    page.close()


def test_reader_without_script_reads_article_and_discussion(newspaper: Newspaper, browser: Browser) -> None:
    page = open_page(browser, newspaper, "article", java_script_enabled=False)
    assert page.locator("h1").count() == 1
    assert page.locator(".prose p").count() > 5
    assert page.locator("#discussion article").count() > 3
    assert page.locator(".byline time").first.inner_text() == "13. August 2025, 9.40 Uhr"
    page.close()


def test_times_become_relative_and_keep_the_exact_one(newspaper: Newspaper, browser: Browser) -> None:
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    page = context.new_page()
    page.clock.set_fixed_time("2025-08-13T12:45:00+02:00")
    page.goto(newspaper.url + newspaper.pages["section"])
    time = page.locator(".teaser time").first
    page.wait_for_function("document.querySelector('.teaser time').title !== ''")
    assert (time.inner_text(), time.get_attribute("title")) == ("vor 3 Stunden", "13. August")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert time.inner_text() == "13. August"
    context.close()


def test_old_times_stay_as_they_are_printed(newspaper: Newspaper, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.set_fixed_time("2025-09-13T12:45:00+02:00")
    page.goto(newspaper.url + newspaper.pages["section"], wait_until="networkidle")
    assert page.locator(".teaser time").first.inner_text() == "13. August"
    context.close()


def test_skip_link_is_the_first_stop_and_leads_past_the_menu(newspaper: Newspaper, browser: Browser) -> None:
    page = open_page(browser, newspaper, "article")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.wait_for_function("document.querySelector('.skip').getBoundingClientRect().top >= 0")
    assert skip.is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_film_is_loaded_by_a_click_and_not_before(newspaper: Newspaper, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<!doctype html><title>Film</title><p>Film</p>", content_type="text/html")

    page.route(lambda url: not url.startswith(newspaper.url), answer)
    page.goto(newspaper.url + "/in-eigener-sache/erst-der-klick-dann-der-film/", wait_until="networkidle")
    placeholder = page.locator("a[data-embed]").first
    address = placeholder.get_attribute("data-embed")
    assert asked == []
    placeholder.click()
    page.frame_locator("iframe.embed-frame").get_by_text("Film").wait_for()
    assert asked == [address]
    page.close()


def test_paper_shows_the_article_and_where_links_lead(newspaper: Newspaper, browser: Browser) -> None:
    page = open_page(browser, newspaper, "article")
    page.emulate_media(media="print")
    assert not page.locator(".mast-menu").is_visible()
    assert page.locator("h1").is_visible()
    assert page.locator("figcaption .credit").first.is_visible()
    after = "(link) => getComputedStyle(link, '::after').content"
    assert "/" in page.locator(".prose a[href^='/'], .prose a[href^='http']").first.evaluate(after)
    page.close()
