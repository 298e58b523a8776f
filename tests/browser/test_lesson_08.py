"""Lesson 08 from top to bottom, then its benches, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "08_outages_and_failover.ipynb"
BENCHES = ("p99-bench", "breaker-play", "storm-bench")


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK, width=1024) as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_says_what_the_text_explains(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []
    for cell, words in {
        "broken-see": "the answer is 1 of 6",
        "no-run": "the answer is “1”",
        "layers-run": "the answer is 99 connections",
        "failover-run": "the answer is 0 orders",
        "silent-run": "NOREPLICAS",
        "reboot-run": "the answer is “the same node, empty”",
    }.items():
        expect(lesson.output(cell)).to_contain_text(words)


def test_the_learner_s_breaker_goes_through_another_illness_by_keyboard(lesson):
    bench = lesson.output("breaker-play")
    said = bench.locator(".sentence")
    expect(said).to_contain_text("waited in vain")
    chosen = bench.get_by_role("radio", name="hangs", exact=True)
    chosen.focus()
    chosen.press("ArrowDown")
    expect(bench.get_by_role("radio", name="refuses")).to_be_checked()
    before = lesson.cells()
    for key in "ddb":
        lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before


def test_a_limit_ends_the_storm_and_the_benches_have_names(lesson):
    bench = lesson.output("storm-bench")
    bench.get_by_role("radio", name="8", exact=True).check()
    expect(bench.locator(".sentence")).to_contain_text("It is back", timeout=30_000)
    for cell in BENCHES:
        assert lesson.axe(f'[data-cell-id="{cell}"] .cachelab') == []
