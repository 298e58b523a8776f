"""Lesson 11 from top to bottom, then its bench, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "11_when_one_node_is_not_enough.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK, width=1024) as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_bench_answers_to_keys(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []
    expect(lesson.output("moved-run")).to_contain_text("the answer is 669 of 1,000")
    expect(lesson.output("grow-run")).to_contain_text("lost: 0")
    expect(lesson.output("late-run")).to_contain_text("with the placeholder:    0 of 10 old for good")
    bench = lesson.output("hot-bench")
    assert lesson.axe('[data-cell-id="hot-bench"] .cachelab') == []
    said, shards = bench.locator(".sentence"), bench.get_by_role("slider", name="shards", exact=True)
    expect(said).to_contain_text("3 nodes serve")
    shards.focus()
    shards.press("End")
    expect(shards).to_have_attribute("aria-valuetext", "30")
    expect(said).to_contain_text("30 nodes serve")
