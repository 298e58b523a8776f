"""Lesson 00 from top to bottom: the list of what works, and progress carried from another machine."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from cachelab.checks import progress

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "00_start_here.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK) as page:
        page.run_all()
        yield page


def test_every_cell_runs(lesson):
    assert lesson.errors() == [] and lesson.external == []
    expect(lesson.output("dead")).to_contain_text("Connection refused")
    expect(lesson.output("restart")).to_contain_text("None")


def test_everything_is_found_and_a_message_goes_there_and_back(lesson):
    checks = lesson.output("preflight")
    for name in ("Valkey", "Memcached", "the shop's database", "browser", "page to Python"):
        row = checks.get_by_role("row").filter(has=lesson.page.get_by_role("cell", name=name, exact=True))
        expect(row).to_contain_text("✓ works")


def test_progress_is_taken_over_by_keyboard(lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "elsewhere.json"))
    progress.record("04.1", "correct")
    code = progress.export()

    view = lesson.output("progress")
    line = view.locator("summary", has_text="04 Cache-aside")  # one line a lesson, which unfolds
    expect(line).to_contain_text("0 of 6 solved")
    line.focus()
    line.press("Enter")
    solved = view.get_by_role("listitem").filter(has_text="04.1")
    expect(solved).to_contain_text("not yet tried")
    summary = view.get_by_text("Carry it to another machine")
    summary.focus()
    summary.press("Enter")
    before = view.get_by_label("Your code").input_value()
    view.get_by_label("A code from elsewhere").focus()
    lesson.page.keyboard.insert_text("cachelab-half")
    lesson.page.keyboard.press("Tab")
    lesson.page.keyboard.press("Enter")
    expect(view.get_by_role("status")).to_contain_text("Nothing was changed")
    expect(solved).to_contain_text("not yet tried")

    view.get_by_label("A code from elsewhere").focus()
    lesson.page.keyboard.insert_text(code)
    lesson.page.keyboard.press("Tab")
    lesson.page.keyboard.press("Enter")
    expect(view.get_by_role("status")).to_contain_text("Taken over")
    expect(solved).to_contain_text("solved")
    expect(view.get_by_label("Your code")).not_to_have_value(before)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier(lesson, theme):
    lesson.theme(theme)
    assert lesson.axe(".cachelab") == []
    assert lesson.console == []
