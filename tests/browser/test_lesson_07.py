"""Lesson 07 from top to bottom, then its benches, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07_stampedes_and_hot_keys.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK, width=1024) as page:
        page.run_all()
        yield page


def test_every_cell_runs(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []


def test_the_runs_say_what_the_text_explains(lesson):
    expect(lesson.output("one-run")).to_contain_text("loads for each new value: [")
    expect(lesson.output("second-run")).to_contain_text("without a second look: 3")
    expect(lesson.output("helps-run")).to_contain_text("the answer is “a line of 50”")
    expect(lesson.output("flush-bench")).to_contain_text("measured, no limit")


def test_a_fix_is_chosen_by_keyboard(lesson):
    bench = lesson.output("bench-run")
    said = bench.locator(".sentence")
    expect(said).to_contain_text("1 + λD")
    chosen = bench.get_by_role("radio", name="nothing", exact=True)
    chosen.focus()
    chosen.press("ArrowDown")
    expect(bench.get_by_role("radio", name="single flight")).to_be_checked()
    expect(said).not_to_contain_text("1 + λD")
    rate = bench.get_by_role("slider", name="requests for the key")
    rate.focus()
    rate.press("End")
    expect(rate).to_have_attribute("aria-valuetext", "400/s")
    before = lesson.cells()
    for key in "ddb":
        lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before


def test_the_large_shop_is_computed_in_parts_and_to_its_end(lesson):
    bench = lesson.output("flush-bench")
    bench.get_by_role("radio", name="large, 1,000 requests a second").check()
    expect(bench.locator(".sentence")).to_contain_text("35 s after the flush", timeout=30_000)


@pytest.mark.parametrize("cell", ["dice-bench", "bench-run", "flush-bench", "hot-bench"])
def test_the_benches_have_names(lesson, cell):
    assert lesson.axe(f'[data-cell-id="{cell}"] .cachelab') == []
