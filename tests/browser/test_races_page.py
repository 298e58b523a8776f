"""races.html, built and served: the explorer in a browser, on what its visitor writes."""

import re
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.serving import served
from tools import races_page

LESSON = Path(__file__).parents[2] / "notebooks" / "05_invalidation_races.ipynb"
LOADS = 240_000  # milliseconds for Python to be loaded, however busy the machine is
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of a site with the page in it."""
    out = tmp_path_factory.mktemp("site")
    try:
        races_page.build(out)
    except races_page.NoPyodide as why:
        pytest.skip(f"no races.html here: {why}")
    return out


@pytest.fixture(scope="module")
def site(built):
    """Its address."""
    with served(built) as address:
        yield address


class Visit:
    """A visitor on a phone, with the page open; what was asked for, and what the browser complained of."""

    def __init__(self, browser, site: str):
        self.site, self.requests, self.complaints = site, [], []
        self.context = browser.new_context(viewport={"width": 390, "height": 800})
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", lambda message: self.complaints.append(message.text))
        self.page = self.context.new_page()
        self.page.goto(f"{site}/races.html")
        self.said, self.counts = self.page.locator("#said"), self.page.locator("#counts")

    def ask(self, code: str, clients: str = "reader, writer") -> None:
        self.page.get_by_label("Your code").fill(code)
        self.page.get_by_label("Who runs").fill(clients)
        self.page.get_by_role("button", name="Try every order").click()


@pytest.fixture(scope="module")
def visit(lab, site):
    visit = Visit(lab.browser, site)
    expect(visit.page.locator("#picture .race svg").first).to_be_visible(timeout=LOADS)
    yield visit
    visit.context.close()


@pytest.fixture(scope="module")
def story():
    """The pair that lesson 05 begins with."""
    cells = nbformat.read(LESSON, as_version=4).cells
    return next(cell.source for cell in cells if cell.id == "story-code")


def test_the_first_example_is_broken_without_a_click_and_asks_nobody_else(visit):
    expect(visit.said).to_have_text("reader ‖ writer: stale for good.")
    expect(visit.counts).to_contain_text("1 of 10")
    expect(visit.page.locator("#picture .race-verdict")).to_contain_text("A new reader gets v0")
    visit.page.get_by_role("button", name="First (Home)").click()
    expect(visit.page.locator("#picture .race-count")).to_have_text("step 0 of 5")
    asked = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
    assert f"{visit.site}/races/explorer.zip" in asked  # the worker's requests are seen, too
    assert [url for url in asked if not url.startswith(f"{visit.site}/races")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_is_wide_enough_and_axe_finds_nothing(visit, scheme):
    visit.page.emulate_media(color_scheme=scheme)
    ground = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 28)"}[scheme]
    expect(visit.page.locator("html")).to_have_css("background-color", ground)
    expect(visit.page.locator("#picture .cachelab")).to_have_css("background-color", ground)
    assert visit.page.evaluate(SIDEWAYS) == 0
    found = Axe().run(visit.page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []


def test_lesson_05_s_own_functions_give_its_counts(visit, story):
    visit.ask(story, "get_user, update_user")
    expect(visit.counts).to_contain_text("1 of 10 ")
    visit.ask(story, "get_user, get_user, update_user, update_user")
    expect(visit.counts).to_contain_text("3,964 of 23,792 ")


def test_a_link_and_the_next_visit_bring_the_question_and_run_nothing_by_themselves(visit, story):
    page = visit.page
    page.get_by_label("Which fault").select_option("crash")
    page.get_by_role("combobox", name="Cache", exact=True).select_option("memcached")
    visit.ask(story, "get_user, update_user, update_user")
    expect(visit.said).to_contain_text("stale for good")
    page.get_by_role("button", name="Copy a link").click()
    expect(visit.said).to_contain_text("The link is in")
    assert re.fullmatch(re.escape(f"{visit.site}/races.html#") + r"[\w-]+", page.url)
    other = visit.context.new_page()
    other.goto(page.url)
    expect(other.locator("#said")).to_contain_text("Read it, then press the button")
    values = [other.locator(f"#{name}").input_value() for name in ("code", "clients", "fault", "cache")]
    assert values == [story, "get_user, update_user, update_user", "crash", "memcached"]
    other.close()
    again = visit.context.new_page()
    again.goto(f"{visit.site}/races.html")
    expect(again.locator("#said")).to_contain_text("what you had written here")
    assert [again.locator(f"#{name}").input_value() for name in ("code", "fault")] == [story, "crash"]
    again.close()
    page.evaluate("location.hash = '#cut-off'")
    expect(visit.said).to_contain_text("This link is damaged")
    page.get_by_label("Which fault").select_option("")


def test_what_is_wrong_with_the_code_is_said_with_its_line(visit):
    visit.ask("def reader(cache, db):\n    return cache.get('user:1'\n")
    expect(visit.said).to_contain_text("line 2: return cache.get('user:1'")
    visit.ask("def reader(cache, db):\n    return db.read()\n")
    expect(visit.said).to_have_text("There is no function 'writer'. Your code has: reader.")
    # It fails inside Python's own library.
    visit.ask("import json\n\ndef reader(cache, db):\n    return json.loads('{' + db.read())\n", "reader")
    expect(visit.page.locator("#picture")).to_contain_text("line 4: return json.loads('{' + db.read())")


def test_an_endless_loop_is_stopped_and_the_next_question_answered(visit, story):
    visit.ask("def reader(cache, db):\n    while True:\n        pass\n", "reader")
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.said).to_have_text("Stopped.")
    expect(visit.page.get_by_role("button", name="Try every order")).to_be_focused()
    visit.ask(story, "get_user, update_user")
    expect(visit.counts).to_contain_text("1 of 10 ", timeout=LOADS)
    assert visit.complaints == []


def test_from_a_file_it_says_why_it_cannot_start_and_loads_nothing(lab, built):
    """Firefox would load the page's module from there, and wait for Python for ever."""
    context = lab.browser.new_context(offline=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((built / "races.html").as_uri())
    expect(page.get_by_role("status")).to_contain_text("Opened from a file")
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    context.close()
