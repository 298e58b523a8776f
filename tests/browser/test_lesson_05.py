"""Lesson 05 as a learner meets it: races stepped through, strategies broken by hand, the map opened."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cachelab import races, widgets

OUTSIDE = """(svg) => [...svg.querySelectorAll("text")].filter((text) => {
  const box = text.getBBox();
  return box.x < -1 || box.x + box.width > svg.clientWidth + 1;
}).map((text) => text.textContent)"""
BARE = """(svg) => [...svg.querySelectorAll(".seq-call, .seq-tag, .seq-value.stale")].filter((text) => {
  const words = text.getBBox(), plate = text.previousElementSibling.getBBox();
  return !text.previousElementSibling.matches(".seq-plate") || words.x < plate.x || words.width > plate.width
    || plate.height < words.height * 0.9;
}).map((text) => text.textContent)"""
LESSON = Path(__file__).parents[2] / "notebooks/05_invalidation_races.ipynb"
OPTIONAL = LESSON.with_name("05b_strategies_and_faults.ipynb")


@pytest.fixture(scope="module")
def page(lab):
    with lab.open(LESSON, width=1024) as page:
        page.run_all()
        yield page


@pytest.fixture(scope="module")
def optional(lab):
    with lab.open(OPTIONAL, width=1024) as page:
        page.run_all()
        yield page


def body(page, cell):
    return page.output(cell).locator(".cachelab.race")


def figure(page, cell):
    return body(page, cell).locator(".race-figure")


def press(page, cell, *keys):
    for key in keys:
        figure(page, cell).press(key)
    page.settle()


def test_the_optional_lesson_runs_clean(optional):
    assert optional.errors() == []
    assert optional.console == []
    assert optional.external == []
    assert optional.axe(".cachelab") == []


def test_the_lesson_runs_clean(page):
    assert page.errors() == []
    assert page.console == []
    assert page.external == []


def test_a_race_is_stepped_through_by_keyboard(page):
    race = body(page, "enough-race")
    press(page, "enough-race", "Home")
    expect(race.locator(".race-count")).to_have_text("step 0 of 5")
    expect(race.locator(".race-say")).to_contain_text("The database has v0")
    press(page, "enough-race", "ArrowRight", "ArrowRight", "ArrowDown")
    expect(race.locator(".race-say")).to_have_text("3. update_user: db.write() → v1")
    expect(race.locator(".seq-tag")).to_have_text("holds v0: stale")
    expect(race.locator(".seq-code.now")).to_contain_text("db.write()")
    expect(race.locator(".race-verdict b")).to_have_count(0)
    press(page, "enough-race", "End")
    expect(race.locator(".race-verdict b")).to_have_text("Stale for good")
    expect(race.locator(".seq-value.stale")).to_have_text(["v0", "stale"])
    cells = page.cells()
    press(page, "enough-race", "d", "d", "b")
    assert page.cells() == cells


def test_a_race_is_stepped_through_by_mouse(page):
    race = body(page, "watch-race")
    count = race.locator(".race-count")
    race.get_by_role("button", name="First").click()
    expect(count).to_have_text("step 0 of 6")
    race.get_by_role("button", name="Next").click()
    expect(count).to_have_text("step 1 of 6")
    race.locator(".seq-row").nth(4).click(position={"x": 8, "y": 8})
    expect(count).to_have_text("step 5 of 6")
    expect(race.locator(".race-note")).to_contain_text("There is nothing to delete")
    race.get_by_role("button", name="Back").click()
    expect(count).to_have_text("step 4 of 6")


def test_playing_moves_on_and_pausing_stops(page):
    race = body(page, "overwrite-race")
    press(page, "overwrite-race", "Home", " ")
    expect(race.locator(".race-count")).to_have_text("step 1 of 4")
    race.get_by_role("button", name="Pause").click()
    expect(race.get_by_role("button", name="Play (space)")).to_be_visible()


def test_the_table_says_what_the_picture_shows(page):
    race = body(page, "crash-race")
    race.get_by_text("Every step, as a table").click()
    rows = race.locator(".seq-table tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("user:1 = v0 (stale)")
    expect(rows.nth(3)).to_contain_text("crashes")


def test_the_learner_breaks_the_delete_by_hand(page):
    game = body(page, "enough-play")
    press(page, "enough-play", "1")
    expect(game.locator(".race-say")).to_have_text("1. get_user: GET user:1 → nil")
    game.get_by_role("button", name="Hint").click()
    expect(game.get_by_text("the nearest break is 4 moves away")).to_be_visible()
    expect(game.locator(".moves .hinted")).to_contain_text("towards a break")
    for made, mover in enumerate(["get_user", "update_user", "update_user", "get_user"], 2):
        game.locator(".moves button", has_text=mover).click()
        expect(game.locator(".race-say")).to_contain_text(f"{made}. {mover}")
    verdict = game.locator(".race-verdict")
    expect(verdict).to_contain_text("You broke it")
    expect(verdict).to_contain_text("You needed 5 moves")
    game.get_by_role("button", name="Undo").click()
    expect(game.locator(".moves button")).to_have_count(1)
    game.get_by_role("button", name="Start again").click()
    expect(game.locator(".moves button")).to_have_count(2)


def test_the_lease_cannot_be_broken_and_says_so(page):
    game = body(page, "lease-play")
    for made in range(1, 6):
        expect(game.locator(".moves button").first).to_be_enabled()
        game.locator(".moves button").first.click()
        expect(game.locator(".race-say")).to_contain_text(f"{made}. ")
    verdict = game.locator(".race-verdict")
    expect(verdict).to_contain_text("None of the 10 orders does harm", timeout=90_000)
    expect(verdict).to_contain_text("within these bounds")


def test_the_replay_stands_beside_the_model(page):
    race = body(page, "enough-race")
    race.get_by_role("button", name="Replay").click()
    expect(race.locator(".race-replay")).to_contain_text("3 of 3 answers are the model's")
    expect(race.locator(".race-replay")).to_contain_text("real Valkey")
    expect(race.locator(".seq-table tbody tr").nth(4)).to_contain_text("0, the same")


def test_the_map_opens_races_by_keyboard(optional):
    grid = body(optional, "map-run")
    grid.locator("tbody button").first.focus()
    for key in ["ArrowDown"] * 20 + ["ArrowRight"] * 3 + ["Enter"]:
        optional.page.keyboard.press(key)
    expect(grid.get_by_text("lease, crash: broken by 1 reader and 1 writer in 3 steps.")).to_be_visible()
    chosen = grid.locator('[aria-selected="true"] button')
    expect(chosen).to_have_attribute("aria-label", "lease, crash: stale for good")
    press(optional, "map-run", "ArrowLeft")
    expect(grid.locator(".race-count")).to_have_text("step 2 of 3")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier(page, theme):
    page.theme(theme)
    assert page.axe(".cachelab") == []
    page.theme("light")


@pytest.mark.parametrize("width", [1024, 480])
def test_nothing_is_cut_off(page, width):
    page.width(width)
    page.settle()
    for cell in ("enough-race", "enough-play"):
        box = body(page, cell)
        assert box.evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")
        assert box.locator("svg.seq").evaluate(OUTSIDE) == []
        assert box.locator("svg.seq").evaluate(BARE) == []  # what stands across a lane or a hatching
        expect(box.get_by_role("button", name="Full screen")).to_be_visible()
    for listing in body(page, "lease-fresh").locator(".seq-sources pre").all():
        assert listing.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    if width == 1024:  # what everybody holds stands where there is room: beside the picture, or under it
        for cell, under in (("enough-race", False), ("crash-race", True)):
            held, picture = (
                body(page, cell).locator(part).bounding_box() for part in (".race-held", ".race-figure")
            )
            assert (held["x"] == picture["x"]) is under
    page.width(1024)


def test_a_saved_race_steps_without_a_kernel(lab, tmp_path):
    def get_user(cache, db):
        user = cache.get("user:1")
        if user is None:
            user = db.read()
            cache.set("user:1", user)
        return user

    def update_user(cache, db):
        db.write()
        cache.delete("user:1")

    picture = widgets.race(races.explore([get_user, update_user]))
    path = tmp_path / "saved.html"
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>saved</title>'
    path.write_text(f"{head}<main>{picture.static_html()}</main>")
    context = lab.browser.new_context(viewport={"width": 400, "height": 800}, offline=True)
    page, trouble, requests = context.new_page(), [], []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.locator(".race-figure").press("Home")
    page.locator(".race-figure").press("ArrowRight")
    page.locator(".race-count", has_text="step 1 of 5").wait_for()
    page.get_by_role("button", name="Last").click()
    page.locator(".race-verdict", has_text="Stale for good").wait_for()
    assert page.get_by_role("button", name="Replay").count() == 0
    assert trouble == [] and not [url for url in requests if not re.match("file:|blob:", url)]
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    context.close()
