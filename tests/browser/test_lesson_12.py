"""Lesson 12 from top to bottom, then its bench, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "12_capstone.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK, width=1024) as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_bench_answers_to_keys(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []
    expect(lesson.output("races-run")).to_contain_text("1 of 13 orders")
    expect(lesson.output("day-run")).to_contain_text("16 of 24 lines; level: none")
    expect(lesson.output("blind-run")).to_contain_text("the answer is “neither of them”")
    bench = lesson.output("hang-bench")
    assert lesson.axe('[data-cell-id="hang-bench"] .cachelab') == []
    said, tries = bench.locator(".sentence"), bench.get_by_role("slider", name="tries", exact=True)
    expect(said).to_contain_text("the site stands still")
    tries.focus()
    tries.press("End")
    expect(tries).to_have_attribute("aria-valuetext", "11")
    expect(said).to_contain_text("4.4 s")
