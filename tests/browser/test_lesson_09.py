"""Lesson 09 from top to bottom, then its benches, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "09_watch_pay_secure.ipynb"


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
    for cell, words in {
        "silent-run": "the answer is “OK”",
        "hit-run": "the answer is 47.5%",
        "dead-run": "the answer is “only breaching”",
        "stall-run": "the answer is “report”",
        "bill-run": "the answer is “the memory”",
        "access-run": "the answer is “everybody's”",
        "password-run": "the answer is “all it could”",
        "erase-run": "the answer is 4 places",
    }.items():
        expect(lesson.output(cell)).to_contain_text(words)


def test_an_alarm_is_set_by_keyboard(lesson):
    bench = lesson.output("bench-run")
    said = bench.locator(".sentence")
    expect(said).to_contain_text("2 false alarms")
    periods = bench.get_by_role("slider", name="N, minutes looked at")
    periods.focus()
    periods.press("End")
    expect(periods).to_have_attribute("aria-valuetext", "15")
    enough = bench.get_by_role("slider", name="M, of them below")
    enough.focus()
    for _ in range(3):
        enough.press("ArrowRight")
    expect(said).to_contain_text("No false alarms.")
    before = lesson.cells()
    for key in "ddb":
        lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before


def test_the_server_is_asked_when_a_right_is_taken_away(lesson):
    table = lesson.output("access-bench")
    row = table.get_by_role("row").filter(has_text="FLUSHALL")
    expect(row).to_contain_text("reaches others")
    table.get_by_role("radio", name="-@dangerous", exact=True).check()
    expect(row).to_contain_text("refused")
    expect(table.get_by_role("status")).to_contain_text("of 17 are allowed")


@pytest.mark.parametrize("cell", ["bench-run", "bill-bench", "access-bench"])
def test_the_benches_have_names(lesson, cell):
    assert lesson.axe(f'[data-cell-id="{cell}"] .cachelab') == []
