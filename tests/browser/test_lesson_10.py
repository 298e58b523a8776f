"""Lesson 10 from top to bottom, then its bench, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "10_more_than_a_cache.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK, width=1024) as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_bench_answers_to_keys(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []
    expect(lesson.output("sessions-run")).to_contain_text("the answer is 1 of 3")
    expect(lesson.output("queue-run")).to_contain_text("200 of 200 done, 8 of them twice")
    expect(lesson.output("lock-run")).to_contain_text("the answer is 48 of 136")
    bench = lesson.output("limits-bench")
    assert lesson.axe('[data-cell-id="limits-bench"] .cachelab') == []
    said, load = bench.locator(".sentence"), bench.get_by_role("slider", name="times the limit")
    load.focus()
    load.press("End")
    expect(load).to_have_attribute("aria-valuetext", "4")
    expect(said).to_contain_text("150 requests in four minutes")
