"""Lesson 02 from top to bottom: the table fills itself, and the chooser answers the keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cachelab.workload.compare import duel

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02_redis_or_memcached.ipynb"


LAB = NOTEBOOK.with_name("02b_both_caches_in_detail.ipynb")


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK) as page:
        page.run_all()
        yield page


def test_every_cell_of_the_lab_runs(lab):
    with lab.open(LAB) as page:
        page.run_all()
        assert page.errors() == [] and page.external == []
        expect(page.output("result-table")).to_contain_text("with the allocator")


def test_every_cell_runs(lesson):
    assert lesson.errors() == []
    assert lesson.external == []


def test_the_table_is_filled_by_the_experiments(lesson):
    expect(lesson.output("usual")).to_contain_text("not run")
    table = lesson.output("result-table")
    expect(table.get_by_role("rowheader")).to_have_count(len(duel.USUAL))
    for row in ("updates", "restart", "lost node", "access"):
        line = table.get_by_role("row").filter(has=table.page.get_by_role("rowheader", name=row, exact=True))
        expect(line).to_contain_text("half right")


def test_the_chooser_by_keyboard(lesson):
    chooser = lesson.output("chooser")
    advice = chooser.locator(".advice")
    expect(advice).to_contain_text("Valkey, node-based.")
    chooser.get_by_role("radio", name="nothing: it is new").focus()
    lesson.page.keyboard.press("ArrowRight")
    expect(chooser.get_by_role("radio", name="an application with a Memcached client")).to_be_focused()
    expect(advice).to_contain_text("Memcached, node-based, with a client that hashes consistently.")
    expect(chooser.get_by_role("status")).to_contain_text(re.compile("^Memcached, node-based"))
    chooser.get_by_role("radio", name="whole values under a key").focus()
    lesson.page.keyboard.press("ArrowRight")
    expect(advice).to_contain_text("row “updates” of your table")


def test_nothing_stands_in_the_way_of_a_screen_reader(lesson):
    assert lesson.axe(".cachelab.chooser") == []
