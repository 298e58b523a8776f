"""JupyterLab as `make lab` gives it: its own settings, the file browser open, a laptop of 1024 × 768."""

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from cachelab.command import lab as command
from tools.lab import Lab, notebook

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "04_cache_aside.ipynb"
NOTEBOOK = notebook(
    "from cachelab.widgets import Chart, answer, ask",
    "ask('04.tutorial')",
    "answer('04.tutorial', 'an error')",
    "Chart('Latency', x='second', y='p99', y_unit='s').line('cached', [0, 1], [0.001, 0.002])",
    "ask('04.nobody')",
)
ACTIVE = "jupyterapp.shell.currentWidget.content.activeCell.model.id"
BENCH = """\
from cachelab.widgets import Bench, Slider
Bench(lambda load: f"{load} requests", [Slider("load", 0, 10, 4, step=1)], label="in front of 04")"""
WHY = "<details><summary><b>Why</b></summary>\n\nNo dates in JSON.\n\n</details>"
NOTEBOOK.cells[2].metadata["jupyter"] = {"source_hidden": True}  # as the run after many a question
NOTEBOOK.cells.insert(3, nbformat.v4.new_markdown_cell(WHY, id="why"))
NOTEBOOK.cells += [cell for cell in nbformat.read(LESSON, as_version=4).cells if cell.id in ("hang", "bench")]
NOTEBOOK.cells.append(nbformat.v4.new_code_cell(BENCH, id="bench-run"))


@pytest.fixture(scope="module")
def given(lab):
    with Lab(as_given=True, browser=lab.browser) as given:
        yield given


def open_here(given, source):
    return given.open(source, width=1024, height=768)


def test_a_saved_lesson_shows_its_pictures_without_its_kernel_and_goes_on_where_it_was(given, tmp_path):
    nbformat.write(NOTEBOOK, tmp_path / LESSON.name)
    with open_here(given, tmp_path / LESSON.name) as page:
        for cell in ("c0", "c1"):
            page.run(cell)
        page.output("c1").get_by_role("radio", name="the user").check()
        for cell in ("c2", "c3", "c4"):
            page.run(cell)
        expect(page.cell("why").locator("details p")).to_be_visible()
        for cell in ("c2", "c3", "c4"):  # what has not been drawn yet is not saved
            expect(page.output(cell).locator(".cachelab").first).to_be_visible()
        page.page.wait_for_timeout(1000)  # a learner looks at it: a cell that follows at once is one of a row
        page.run("bench-run")
        page.output("bench-run").get_by_role("slider").press("End")
        while "in front of 04" not in (given.folder / "progress.json").read_text():
            page.page.wait_for_timeout(50)
        again = given.reopen(page)
    with again:
        expect(again.output("c2")).to_contain_text("You said “the user”; the answer is “an error”.")
        expect(again.output("c2").locator(".saved")).to_have_text("Saved, from an earlier run.")
        expect(again.output("c3").get_by_role("img", name="Latency: cached, last 2 ms")).to_be_visible()
        asked = again.output("c4")
        expect(asked.locator(".saved")).to_contain_text("To use it, run the cells again")
        for option in asked.get_by_role("radio").all():
            expect(option).to_be_disabled()
        expect(again.page.get_by_text("model not found")).to_have_count(0)
        expect(again.cell("why").locator("details p")).to_be_visible()

        again.run("c0")
        again.output("c0").get_by_role("link", name="10. Your module under load").click()
        expect(again.cell("bench").get_by_role("heading")).to_be_in_viewport()
        again.page.wait_for_function(f"{ACTIVE} === 'bench'")  # what Run All Above goes by
        again.run("bench-run")
        bench = again.output("bench-run")
        expect(bench.get_by_role("slider")).to_have_value("10")
        bench.get_by_role("button", name="Reset").press("Enter")
        expect(bench.get_by_role("slider")).to_have_value("4")
        expect(bench.get_by_role("slider")).to_be_focused()


def test_escape_leads_out_of_a_widget_to_the_keys_of_the_notebook_and_on_to_the_run(given):
    with open_here(given, NOTEBOOK) as page:
        long = page.cell("c3").locator(".cm-scroller")
        assert long.evaluate("node => node.scrollWidth <= node.clientWidth")  # nothing of a line is cut off
        page.run("c0")
        page.run("c1")
        page.output("c1").get_by_role("radio", name="the user").check()
        before = page.cells()
        page.page.keyboard.press("b")
        assert page.cells() == before
        page.page.keyboard.press("Escape")
        # On to the run, as lesson 00 says; the arrow Down would leave out a box whose code is folded.
        page.page.keyboard.press("Shift+Enter")
        page.page.wait_for_function(f"{ACTIVE} === 'c2'")
        expect(page.output("c1").get_by_role("radio", name="the user")).to_be_checked()
        page.page.keyboard.press("Shift+Tab")
        expect(page.output("c1").get_by_role("radio", name="the user")).to_be_focused()
        page.page.keyboard.press("Escape")
        page.page.keyboard.press("b")
        page.page.wait_for_function(
            "(n) => jupyterapp.shell.currentWidget.content.widgets.length === n + 1", arg=len(before)
        )
        assert page.cells()[page.cells().index("c1") + 1] not in before


def test_the_first_screen_belongs_to_the_course(given):
    """`make lab` opens one document: 800 pixels for it on a laptop of 1024, not 590 beside a file browser.
    Links lead on to the next one."""
    mode = command.OPENS.removesuffix(command.FIRST)
    with open_here(given, ROOT / "notebooks" / "00_start_here.ipynb") as page:
        next_one = page.path.with_name("01_why_cache.ipynb")
        next_one.write_text((ROOT / "notebooks" / "01_why_cache.ipynb").read_text())
        where = page.path.relative_to(given.folder / "work")
        page.page.goto(f"{given.url}{mode[1:]}{where}?token={given._token}")
        page.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
        expect(page.page.get_by_text("In 5 minutes you will").last).to_be_visible()
        page.page.wait_for_function("jupyterapp.shell.currentWidget.node.clientWidth > 800")
        page.page.evaluate("jupyterapp.shell.currentWidget.content.scrollToItem(17)")
        page.page.get_by_role("link", name="Lesson 01: why cache, and when not to").last.click()
        expect(page.page.get_by_role("heading", name="01 · Why cache").last).to_be_visible()
