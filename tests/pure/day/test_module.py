"""The module is one cell, run anew by each judge; what cannot be run by itself says so."""

import linecache

import nbformat
import pytest

from cachelab import day
from cachelab.checks.course.source import course


def defined(source: str, name: str = "<cell 1>", more: dict | None = None) -> dict:
    """What a cell of a notebook defines."""
    names = dict(more or {})
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), names)
    return names


def test_each_judge_begins_with_a_state_of_its_own():
    cell = defined("seen = []\n\ndef connect(host, port, ca):\n    seen.append(host)\n    return len(seen)\n")
    service = day.Service.of(cell["connect"])
    cell["connect"]("a", 1, None)
    assert service.fresh().connect("b", 1, None) == service.fresh().connect("c", 1, None) == 1
    assert service.source.startswith("seen = []")


def test_a_module_in_two_cells():
    one = defined("def connect(host, port, ca):\n    return host\n")
    two = defined("def get_product(product_id, cache, db):\n    return product_id\n", "<cell 2>", one)
    module = day.Service.of(two["connect"], two["get_product"]).fresh()
    assert module.connect("a", 1, None) == "a" and module.get_product(7, None, None) == 7


@pytest.mark.parametrize(
    ("elsewhere", "cell", "says"),
    [
        (
            "TTL = 60",
            "def connect(host, port, ca):\n    return TTL\n",
            "`TTL`, which `connect` uses, stands else",
        ),
        (
            "import json",
            "read = json.loads\n\ndef connect(host, port, ca):\n    ...\n",
            "'json' is not defined",
        ),
    ],
)
def test_what_stands_in_another_cell_is_named(elsewhere, cell, says):
    names = defined(cell, more=defined(elsewhere, "<cell 0>"))
    with pytest.raises(day.Scattered, match=says) as raised:
        day.Service.of(names["connect"])
    assert "one cell" in str(raised.value)


def test_a_function_without_a_source():
    names: dict = {}
    exec("def connect(host, port, ca): ...", names)
    with pytest.raises(day.Scattered, match="The source of `connect` is not to be had"):
        day.Service.of(names["connect"])


def test_the_exercise_begins_with_the_seed():
    cells = nbformat.read(course("exercises") / "12_capstone.ipynb", as_version=4).cells
    [given] = [cell.source for cell in cells if cell.id == "answer-12"]
    assert day.Service([("given", given)]).is_seed()
    assert not day.Service([("mine", given.replace("ex=300", "ex=60"))]).is_seed()
