"""The request path in JupyterLab: run, kill, move and open the cache, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from cachelab.widgets import request_path
from tools.lab import notebook

from .test_views import RENDER

CELL = (
    "from cachelab import widgets\npath = widgets.request_path(client={'socket_timeout': 60}, ttl=3600)\npath"
)


@pytest.fixture(scope="module")
def live(lab):
    with lab.open(notebook(CELL), width=710) as page:  # the picture is 590 pixels wide
        page.run_all()
        yield page
        page.value("path.close()")


@pytest.fixture
def cell(live):
    yield live.output("c0")
    live.value("path.stop(), path.restart(), path.move('same zone'), path.model.let_go()")
    live.settle()


def test_a_run_shows_its_times_and_a_kill_its_cliff(live, cell):
    assert cell.locator(".path-stage").evaluate("(node) => node.clientWidth") == 590
    button(cell, "Start").click()
    expect(cell.locator(".path-words")).to_have_text(re.compile(r"GET [\d.]+ .*s.*4 quer"), timeout=30_000)
    button(cell, "Kill the cache").click()
    expect(cell.get_by_role("status")).to_contain_text("The cache is dead.")
    expect(cell.locator(".path-cache.dead")).to_contain_text("✗ killed")
    expect(cell.locator(".plot-legend").first).to_contain_text("without the cache", timeout=30_000)
    button(cell, "Restart the cache").click()
    expect(cell.locator(".path-cache.up")).to_be_visible()
    button(cell, "Stop").click()
    expect(cell.get_by_role("status")).to_contain_text(re.compile(r"Stopped after \d+ requests"))
    assert live.external == [] and live.console == [] and live.axe(".cachelab.path") == []


def test_everything_works_by_keyboard_and_keeps_its_focus(live, cell):
    button(cell, "One request").focus()
    live.page.keyboard.press("Enter")
    expect(cell.get_by_role("status")).to_contain_text("miss", timeout=30_000)
    live.page.keyboard.press("Enter")
    expect(cell.get_by_role("status")).to_contain_text("hit", timeout=30_000)
    cell.get_by_role("radio", name="same zone").focus()
    live.page.keyboard.press("ArrowRight")
    expect(cell.get_by_role("status")).to_contain_text("stands in the other zone: 1 ms more")
    live.page.keyboard.press("ArrowRight")
    expect(cell.get_by_role("status")).to_contain_text("stands in the other region: 20 ms more")
    button(cell, "Freeze the cache").focus()
    live.page.keyboard.press("Space")
    expect(button(cell, "Thaw the cache")).to_be_focused()
    expect(cell.locator(".path-cache.frozen")).to_contain_text("frozen")
    live.page.keyboard.press("Space")
    expect(button(cell, "Freeze the cache")).to_be_focused()
    button(cell, "Kill the cache").focus()
    live.page.keyboard.press("Space")
    expect(cell.locator(".path-cache.dead")).to_be_visible()
    expect(button(cell, "Kill the cache")).to_be_focused()
    live.page.keyboard.press("d")
    live.page.keyboard.press("d")
    assert live.cells() == ["c0"]


def test_the_cache_is_dragged_into_another_zone(live, cell):
    box = cell.locator(".path-cache").bounding_box()
    mouse, x, y = live.page.mouse, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 150, y, steps=4)
    mouse.move(x + 300, y, steps=4)
    mouse.up()
    expect(cell.get_by_role("radio", name="other region")).to_be_checked()
    expect(cell.get_by_role("status")).to_contain_text("other region")
    assert live.value("path.model.zone") == "'other region'"


def test_the_open_cache_counts_down(live, cell):
    button(cell, "One request").click()
    button(cell, "Open the cache").click()
    row = cell.get_by_role("row").filter(has_text="product:1:page")
    expect(row).to_contain_text(re.compile(r"\{\"product_id\": 1.*B\s*3\d\d\d s"), timeout=30_000)
    before = row.locator("td").last.inner_text()
    expect(row.locator("td").last).not_to_have_text(before, timeout=30_000)
    assert live.axe(".cachelab.path") == []
    button(cell, "Close the cache").click()
    expect(row).to_have_count(0)


def test_an_answer_is_held_still(live, cell):
    button(cell, "Hold an answer").click()
    expect(cell.locator(".path-hand.armed")).to_be_visible()
    button(cell, "One request").click()
    expect(cell.locator(".path-hand.held")).to_be_visible(timeout=30_000)
    button(cell, "Let go the answer").click()
    expect(button(cell, "Hold an answer")).to_be_visible()


# A page without Python.


def saved(lab, motion="no-preference"):
    context = lab.browser.new_context(
        offline=True, viewport={"width": 590, "height": 900}, reduced_motion=motion
    )
    page = context.new_page()
    page.set_content(f"<!doctype html><body>{request_path().static_html()}</body>")
    return page


def test_a_saved_page_plays_a_recorded_run(lab):
    page = saved(lab)
    expect(page.get_by_text("A run recorded on")).to_be_visible()
    expect(page.get_by_role("button", name="Kill the cache")).to_be_disabled()
    expect(page.get_by_role("radio", name="other region")).to_be_disabled()
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.locator(".path-dots circle").first).to_be_attached()
    expect(page.locator(".path-cache.dead")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Open the cache").click()
    expect(page.get_by_role("row").filter(has_text="product:1:page")).to_be_visible()
    page.context.close()


def test_nothing_moves_for_those_who_asked_for_less_motion(lab):
    page = saved(lab, "reduce")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".path-cache.dead")).to_be_visible(timeout=60_000)
    expect(page.locator(".path-dots > *")).to_have_count(0)
    page.context.close()


def test_a_narrow_page_shows_every_name_whole(lab):
    context = lab.browser.new_context(offline=True, viewport={"width": 375, "height": 900})
    page, path = context.new_page(), request_path()
    page.evaluate(RENDER, [path._esm, path._css, path.state()])
    assert page.evaluate("document.documentElement.scrollWidth <= 375")
    for name in ("program", "cache", "database"):
        expect(page.locator(".path-box-name", has_text=name).first).to_be_visible()
    context.close()


def button(cell, name):
    return cell.get_by_role("button", name=name, exact=True)
