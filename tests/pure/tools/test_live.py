"""Where a page can be run is said on it, whichever of `make site` and `make lite` came last."""

import re
from pathlib import Path

import nbformat
import pytest

from tools import lite, live, site

ROOT = Path(__file__).parents[3]
DATABASE = re.compile(r"\bshop\.connect\(|\bdb\.\w+\(")


@pytest.fixture
def pages(tmp_path):
    """A site of three pages, as the frame begins them."""
    for name in ("notebooks/05_invalidation_races", "notebooks/12_capstone", "exercises/01_why_cache"):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(site.PAGE, encoding="utf-8")
    return tmp_path


def said(pages: Path) -> dict[str, str]:
    found = {path.stem: path.read_text(encoding="utf-8") for path in pages.glob("*/??_*.html")}
    return {stem: live.PARAGRAPH.search(text)[0] for stem, text in found.items()}


def test_without_a_lite_site_no_page_leads_there(pages):
    live.lead(pages)
    assert all("make lab" in text and "lite" not in text for text in said(pages).values())


def test_with_one_a_page_leads_to_itself_there_or_to_the_list_and_without_it_no_more(pages):
    live.lead(pages)
    before = said(pages)
    (pages / "lite").mkdir()
    (pages / "lite" / "index.html").touch()
    live.lead(pages)
    hrefs = {stem: re.findall(r'href="([^"]+)"', text) for stem, text in said(pages).items()}
    assert hrefs == {
        "05_invalidation_races": ["../lite/notebooks/index.html?path=notebooks/05_invalidation_races.ipynb"],
        "12_capstone": ["../lite/index.html"],
        "01_why_cache": ["../lite/notebooks/index.html?path=exercises/01_why_cache.ipynb"],
    }
    (pages / "lite" / "index.html").unlink()
    live.lead(pages)
    assert said(pages) == before


def test_a_new_site_leaves_what_make_lite_has_written(pages):
    (pages / "lite" / "api").mkdir(parents=True)
    (pages / "search.html").touch()
    site.clear(pages)
    assert [path.relative_to(pages).as_posix() for path in pages.rglob("*")] == ["lite", "lite/api"]


@pytest.mark.parametrize("stem", live.PARTS)
def test_of_a_lesson_in_part_each_question_that_is_asked_is_answered(stem):
    nb = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    ids = [cell.id for cell in nb.cells if cell.cell_type == "code"]
    lite.in_part(nb, stem)
    left = {cell.id: cell.source for cell in nb.cells if cell.cell_type == "code"}
    assert list(left) == [id for id in ids if id in lite.RUNS[stem]] and left.keys() == lite.RUNS[stem].keys()
    recalled = left.pop("recall-ask")
    for source in left.values():
        asked = re.findall(r"widgets\.ask\((\S+?)\)", source)
        assert all(f"widgets.answer({id}" in "".join(left.values()) for id in asked), asked
    assert "widgets.ask(" in recalled
    said = nb.cells[1].source
    assert said.startswith(live.PARTS[stem]) and f"(/notebooks/{stem}.html)" in said


def test_cells_that_show_the_database_are_answered_where_there_is_none():
    for stem in live.EXERCISES:
        cells = nbformat.read(ROOT / "exercises" / f"{stem}.ipynb", as_version=4).cells
        code = [cell for cell in cells if cell.cell_type == "code" and not cell.id.startswith("answer-")]
        shop = any("shop.connect(" in cell.source for cell in code)
        asks = tuple(cell.id for cell in code if shop and DATABASE.search(cell.source))
        assert asks == lite.NEEDS_DATABASE.get(stem, ()), stem
