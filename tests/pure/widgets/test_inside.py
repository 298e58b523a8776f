"""A door into the course's own code."""

from pathlib import Path

import pytest

from cachelab import shop
from cachelab.widgets import look_inside

ROOT = Path(__file__).parents[3]


def test_a_file_is_shown_folded_with_a_link_from_a_lesson(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    found = look_inside("shop/queries.py")
    assert "def " in str(found) and str(found).startswith("cachelab/shop/queries.py\n")
    page = found._repr_html_()
    assert (
        'href="../cachelab/shop/queries.py"' in page
        and page.startswith("<details")
        and "&lt;" not in found.code
    )


def test_far_from_the_course_there_is_no_link(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert "href" not in look_inside("shop/queries.py")._repr_html_()


def test_a_function_is_shown_alone():
    found = look_inside(shop.connect)
    assert found.code.startswith(("def connect(", "@")) and ", line " in found.place


@pytest.mark.parametrize("wrong", ["no/such.py", "../pyproject.toml", test_a_function_is_shown_alone, len])
def test_what_is_not_in_the_package_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=r"no file|not part of cachelab|no source"):
        look_inside(wrong)
