"""Lesson 01 from top to bottom, then its bench by mouse and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_why_cache.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK) as page:
        page.run_all()
        yield page


@pytest.fixture
def bench(lesson):
    return lesson.output("bench-run")


def test_every_cell_runs(lesson):
    assert lesson.errors() == [] and lesson.external == []


def test_a_slider_moves_the_picture_and_the_words(lesson, bench):
    picture, said = bench.locator(".plot-canvas"), bench.get_by_role("status").first
    for move in (dragged, pressed):
        before, words = picture.inner_html(), said.inner_text()
        move(lesson, bench.get_by_role("slider", name="hit ratio"))
        expect(said).not_to_have_text(words)
        other = "([node, before]) => node.innerHTML !== before"
        lesson.page.wait_for_function(other, arg=[picture.element_handle(), before])  # a frame later, perhaps
    assert lesson.console == []


def dragged(lesson, slider) -> None:
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    lesson.page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    lesson.page.mouse.down()
    lesson.page.mouse.move(box["x"] + box["width"] * 0.2, middle, steps=5)
    lesson.page.mouse.up()


def pressed(lesson, slider) -> None:
    slider.focus()
    slider.press("End")


def test_keys_pressed_on_the_bench_leave_the_cells_alone(lesson, bench):
    before = lesson.cells()
    bench.get_by_role("slider", name="hit ratio").focus()
    for key in "ddbax":
        lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier(lesson, theme):
    lesson.theme(theme)
    assert lesson.axe(".cachelab") == []
