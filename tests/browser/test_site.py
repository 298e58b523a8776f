"""`make site`, once, over all notebooks: the pages ask for nothing, fit a phone, and show what is true.

What nbval has run and kept (tests/notebooks/outputs.py) is not run again, but for the first lesson, which
shows progress.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/*.ipynb")])
SOLVED = '{"exercises": {"01.1": {"tries": 3, "solved": true}}, "last": [1, "01.1"]}'

OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"
# What a widget says: its text, its names, its values; the kind is its second class.
SAID = """() => [...document.querySelectorAll("[data-cachelab]")].map((place) => {
  const labels = [...place.querySelectorAll("[aria-label], [aria-valuetext]")];
  const fields = [...place.querySelectorAll("input, select, textarea")];
  return {
    kind: [...(place.querySelector(".cachelab")?.classList ?? [])].at(-1) ?? "nothing",
    words: [place.textContent, ...labels.flatMap((e) => [e.ariaLabel, e.getAttribute("aria-valuetext")]),
            ...[...place.querySelectorAll("td, th")].map((e) => e.textContent),
            ...fields.map((e) => e.value)].join(" "),
  };
})"""
THERE = "(one) => [one, decodeURIComponent(one)].some((id) => document.getElementById(id.slice(1)))"
LINKS = """() => [...document.links].map((link) => link.href).filter((url) => url.startsWith("file:"))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built by somebody who has solved an exercise."""
    folder = tmp_path_factory.mktemp("site")
    progress = folder / "progress.json"
    progress.write_text(SOLVED)
    kept = os.environ.get("CACHELAB_EXECUTED")
    if kept:
        Path(kept, "notebooks", "00_start_here.ipynb").unlink(missing_ok=True)
    ran = subprocess.run(
        [sys.executable, "-m", "tools.site", "--out", folder / "pages", *(["--ran", kept] if kept else [])],
        cwd=ROOT,
        env=os.environ | {"CACHELAB_PROGRESS": str(progress)},
        capture_output=True,
        text=True,
        timeout=1800,  # ends what hangs; of the file's six minutes beside busy loops this is the most
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder / "pages"


class Page:
    """A page of the site in a browser without a network."""

    def __init__(self, lab, file: Path, scripts: bool = True):
        self.context = lab.browser.new_context(
            offline=True, viewport={"width": 400, "height": 800}, java_script_enabled=scripts
        )
        self.page = self.context.new_page()
        self.messages, self.requests = [], []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())


@pytest.fixture(params=PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def file(request, site):
    return site / request.param.parent.name / f"{request.param.stem}.html"


@pytest.fixture
def look(lab, file):
    opened = []

    def look(**options) -> Page:
        opened.append(Page(lab, file, **options))
        return opened[-1]

    yield look
    for page in opened:
        page.context.close()


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w.%-]{3,}", text.lower()))


def test_a_page_fits_asks_for_nothing_and_shows_what_its_text_says(look, file):
    texts = look(scripts=False).page.locator("[data-cachelab] > pre").all_text_contents()
    shown = look()
    drawn = "(count) => document.querySelectorAll('[data-cachelab] .cachelab').length >= count"
    shown.page.wait_for_function(drawn, arg=len(texts))
    shown.page.evaluate(
        "document.querySelectorAll('.plot-values').forEach((values) => { values.open = true })"
    )
    shown.page.wait_for_function(
        "[...document.querySelectorAll('.plot-values')].every((v) => v.children.length > 1)"
    )
    said = shown.page.evaluate(SAID)
    for text, widget in zip(texts, said, strict=True):
        if widget["kind"] == "question":  # the picture of an open guess asks, and offers no guess of its own
            text = text.partition(":" if ":" in text else "?")[0]
        wanted = words(text)
        assert len(wanted & words(widget["words"])) >= 0.4 * len(wanted), (widget["kind"], text)
    sideways = {}
    for width in (400, 1200):
        for scheme in ("light", "dark"):
            shown.page.set_viewport_size({"width": width, "height": 800})
            shown.page.emulate_media(color_scheme=scheme)
            shown.page.wait_for_function(
                f"document.documentElement.dataset.jpThemeLight === '{str(scheme == 'light').lower()}'"
            )
            sideways[width, scheme] = shown.page.evaluate(OVERFLOW)
    assert sideways == dict.fromkeys(sideways, 0)
    assert shown.messages == []
    assert [url for url in shown.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    links = {url.removeprefix("file://").partition("#")[0] for url in shown.page.evaluate(LINKS)}
    assert [path for path in links if not Path(path).exists()] == []


def test_the_site_opens_on_the_first_lesson_and_lists_them_all(lab, site):
    first = Page(lab, site / "index.html")
    first.page.wait_for_url("**/notebooks/00_start_here.html")
    listed = first.page.get_by_role("navigation", name="Lessons").locator("a", has_not_text="exercises")
    lessons = {path.name for path in ROOT.glob("notebooks/*.ipynb")}
    assert listed.count() == len(lessons)
    exercises = first.page.get_by_role("navigation", name="Lessons").locator("a", has_text="exercises")
    assert exercises.count() == len([path for path in ROOT.glob("exercises/*.ipynb") if path.name in lessons])
    first.context.close()


def test_search_leads_by_keyboard_from_any_page_to_a_section(lab, site):
    opened = Page(lab, site / "exercises" / "04_cache_aside.html")
    page = opened.page
    page.keyboard.press("Tab")
    page.keyboard.type("Late FILL")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=Late+FILL")
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile(r"^\d+ sections with Late and FILL$"))
    found = status.text_content()
    assert page.locator("#sections li").count() == int(found.split()[0])
    assert page.evaluate(OVERFLOW) == 0 and Axe().run(page).violations_count == 0
    page.get_by_label("Words to look for").fill("nosuchword")
    expect(status).to_have_text("No sections with nosuchword")
    page.get_by_label("Words to look for").fill("late fill")
    first = page.locator("#sections a").first
    expect(first).to_have_text("05 · Invalidation races: 2. The late fill · 10 minutes")
    first.press("Enter")
    page.wait_for_url("**/notebooks/05_invalidation_races.html#*")
    assert page.evaluate(THERE, page.evaluate("location.hash"))
    assert opened.messages == []
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    opened.context.close()


def test_without_scripts_the_search_page_lists_all_sections(lab, site):
    page = Page(lab, site / "search.html", scripts=False).page
    assert page.get_by_text("To look for words takes JavaScript").is_visible()
    listed = page.locator("#sections a").all_text_contents()
    assert {"00 · Start here", "04 · Cache-aside: Remember"} <= set(listed)
    page.context.close()


def test_lessons_that_call_the_explorer_lead_to_it(site):
    """Where races.html could be built."""
    lead = {path.name for path in site.glob("*/*.html") if '"../races.html"' in path.read_text("utf-8")}
    calls = [path for path in ROOT.glob("notebooks/*.ipynb") if "races.explore(" in path.read_text("utf-8")]
    built = (site / "races.html").exists()
    assert lead == ({path.with_suffix(".html").name for path in calls} if built else set())


def test_the_site_does_not_show_its_builder_s_own_progress(lab, site):
    page = Page(lab, site / "notebooks" / "00_start_here.html", scripts=False)
    text = page.page.locator("pre", has_text="01.1 ").text_content()
    assert " 0 of " in text and " 1 of " not in text
    page.context.close()


def test_what_a_cell_wrote_over_is_not_shown(site):
    page = (site / "notebooks" / "02_redis_or_memcached.html").read_bytes()
    assert "Memcached  …".encode() not in page and b"\r" not in page


def test_a_page_has_contents_that_lead_somewhere_and_a_next_one(lab, site):
    page = Page(lab, site / "notebooks" / "00_start_here.html").page
    sections = page.get_by_role("navigation", name="On this page").locator("a")
    targets = [link.get_attribute("href") for link in sections.all()]
    assert targets
    found = [page.evaluate(THERE, target) for target in targets]
    assert dict(zip(targets, found, strict=True)) == dict.fromkeys(targets, True)
    page.get_by_role("navigation", name="Before and after").locator("a").last.click()
    page.wait_for_url("**/notebooks/01_why_cache.html")
    page.context.close()
