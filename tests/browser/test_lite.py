"""The JupyterLite site in Chromium: whole lessons, run there; nobody else is asked for anything.

It takes a minute of processor time, so it runs on a site that is built already: `make lite-test`.
"""

import os
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.serving import served
from tools import lite

ROOT = Path(__file__).parents[2]
SITE = os.environ.get("CACHELAB_LITE")  # the folder of a site with lite/ in it
LOADS = 240_000  # milliseconds for Python to be loaded, however busy the machine is
CLAIM = "nbval-check-output"

pytestmark = pytest.mark.skipif(not SITE, reason="no site is built: make lite-test")


@pytest.fixture(scope="module")
def visit(lab, tmp_path_factory):
    """A fresh profile's requests so far, and what opens a page of the site, in a folder of its host."""
    host = tmp_path_factory.mktemp("host")
    (host / "course").symlink_to(Path(SITE or ".").resolve())
    with served(host) as root:
        context = lab.browser.new_context(viewport={"width": 1024, "height": 900})
        context.set_default_timeout(LOADS)
        asked = []
        context.on("request", lambda request: asked.append(request.url))

        def opened(path: str):
            page = context.new_page()
            page.goto(f"{root}/course/lite/{path}")
            return page

        yield opened, asked, root
        context.close()


def run(page) -> list:
    """Run all cells of the page's notebook; its cells as they are then."""
    expect(page.locator(".jp-CodeCell").first).to_be_visible(timeout=LOADS)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.ready")
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    found = page.evaluate("() => jupyterapp.shell.currentWidget.content.model.toJSON()")
    return nbformat.from_dict(found).cells


def said(cell) -> str:
    return "".join(out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)


@pytest.mark.parametrize("lesson", lite.LESSONS)
def test_a_lesson_runs_whole_and_its_claims_are_those_that_are_saved(visit, lesson):
    opened, asked, address = visit
    page = opened(f"notebooks/index.html?path=notebooks/{lesson}.ipynb")
    ran = [cell for cell in run(page) if cell.cell_type == "code"]
    assert ran and all(cell.execution_count for cell in ran)
    raised = [(cell.id, out.ename, out.evalue) for cell in ran for out in cell.outputs if "ename" in out]
    assert raised == []
    saved = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4).cells
    claims = {cell.id: said(cell) for cell in saved if CLAIM in cell.metadata.get("tags", [])}
    assert claims and {cell.id: said(cell) for cell in ran if cell.id in claims} == claims
    race = page.locator(".cachelab.race").first
    race.scroll_into_view_if_needed()
    expect(race.locator("svg").first).to_be_visible()
    page.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize("lesson", lite.PARTS)
def test_of_a_lesson_in_part_all_that_is_left_runs_and_the_rest_leads_to_its_page(visit, lesson):
    opened, asked, address = visit
    page = opened(f"notebooks/index.html?path=notebooks/{lesson}.ipynb")
    ran = [cell for cell in run(page) if cell.cell_type == "code"]
    assert {cell.id for cell in ran} == lite.RUNS[lesson].keys()
    raised = [(cell.id, out.ename, out.evalue) for cell in ran for out in cell.outputs if "ename" in out]
    assert raised == []
    bench = page.locator(".cachelab.bench").first
    bench.scroll_into_view_if_needed()
    expect(bench.locator("svg").first).to_be_visible()
    page.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_a_lesson_that_does_not_run_leads_to_its_page_wherever_the_site_lies(visit):
    opened, _, address = visit
    page = opened("notebooks/index.html?path=notebooks/12_capstone.ipynb")
    link = page.get_by_role("link", name="Read it as a page")
    link.hover()
    assert link.evaluate("link => link.href") == f"{address}/course/notebooks/12_capstone.html"
    page.close()


def nothing_is_solved(page) -> None:
    """The page's notebook of exercises runs from top to bottom, and no check has found an answer."""
    cells = run(page)
    raised = [(cell.id, out.evalue) for cell in cells for out in cell.get("outputs", ()) if "ename" in out]
    assert raised == []
    checked = [said(cell) for cell in cells if cell.id.startswith("check-")]
    assert checked and all("not attempted" in text for text in checked)


@pytest.mark.parametrize("stem", [stem for stem in lite.EXERCISES if stem != "05_invalidation_races"])
def test_exercises_run_from_top_to_bottom(visit, stem):
    opened, _, _ = visit
    page = opened(f"notebooks/index.html?path=exercises/{stem}.ipynb")
    nothing_is_solved(page)
    page.close()


def test_an_exercise_is_judged_and_what_was_solved_outlives_the_kernel(visit):
    opened, asked, address = visit
    page = opened("notebooks/index.html?path=exercises/05_invalidation_races.ipynb")
    nothing_is_solved(page)
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    ask = f"code => {kernel}.requestExecute({{ code }}).done.then(({{ content: c }}) => c.evalue ?? c.status)"
    solve = (ROOT / "tests/bank/answers/05_1/right_played.py").read_text(encoding="utf-8")
    solve += "\nfrom cachelab.checks import exercise\nasked = exercise('05.1')\n"
    solve += "assert asked.check(*[globals()[name] for name in asked.takes]).status == 'correct'\n"
    assert page.evaluate(ask, solve) == "ok"
    page.evaluate(f"() => {kernel}.restart()")
    assert page.evaluate(ask, "from cachelab.checks import progress\nassert progress.solved('05.1')") == "ok"
    page.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_leads_to_every_lesson_and_axe_finds_nothing(visit, scheme):
    opened, _, _ = visit
    page = opened("index.html")
    page.emulate_media(color_scheme=scheme)
    lessons = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    hrefs = [link.get_attribute("href") for link in page.get_by_role("link").all()]
    for lesson in lessons:
        assert any(f"notebooks/{lesson}." in href for href in hrefs), lesson
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
    page.close()
