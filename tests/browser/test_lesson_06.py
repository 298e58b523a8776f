"""Lesson 06 from top to bottom, then its benches by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06_expiry_and_eviction.ipynb"
BENCHES = ("dead-see", "policies-run", "both-bench", "jitter-half", "sizing-bench")


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK) as page:
        page.run_all()
        yield page


def test_every_cell_runs(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []


def test_real_servers_show_what_the_text_says(lesson):
    expect(lesson.output("overwrite-run")).to_contain_text("no TTL: it never expires")
    expect(lesson.output("full-run")).to_contain_text("command not allowed when used memory")
    expect(lesson.output("full-rescue")).to_contain_text("on 1,000 of them: 100 of 100 stored")
    expect(lesson.output("loop-run")).to_contain_text(re.compile(r"Memcached +0\.0%"))
    expect(lesson.output("best-run")).to_contain_text("14.1 s")


def test_a_bench_that_works_in_slices_ends_with_the_whole(lesson):
    bench = lesson.output("policies-run")
    loop = bench.get_by_role("radio", name="2,500 products in turn")
    loop.focus()
    loop.press("Space")
    expect(bench).to_contain_text("the textbook's LRU 0.0%")


@pytest.mark.parametrize("cell", BENCHES)
def test_the_benches_keep_their_keys_and_have_names(lesson, cell):
    before = lesson.cells()
    lesson.output(cell).locator("input").first.focus()
    for key in "ddbax":
        lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before
    assert lesson.axe(f'[data-cell-id="{cell}"] .cachelab') == []
