"""What a chart says, without a picture."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.widgets import Figure


def latency() -> Figure:
    return Figure("Latency", x="second", y="p99", y_unit="s")


def test_text_is_a_table_of_the_series_that_share_an_x():
    figure = latency().line("cached", [1, 2], [0.001, 0.002]).line("bare", [1, 2], [0.01, 0.02])
    assert figure.text().splitlines() == [
        "Latency",
        "second  cached   bare",
        "1         1 ms  10 ms",
        "2         2 ms  20 ms",
    ]


def test_text_names_single_points_and_marks_in_one_line_each():
    figure = latency().points("you", [3], [0.25]).marker("kill", 30).threshold("budget", 0.1)
    assert figure.text().splitlines() == [
        "Latency",
        "you: second 3, p99 250 ms",
        "kill: second = 30",
        "budget: p99 = 100 ms",
    ]


def test_text_samples_long_series_with_both_ends():
    lines = latency().line("p99", range(1000), np.arange(1000) / 1000).text().splitlines()
    assert len(lines) == 2 + 8
    assert lines[2].startswith("0 ") and lines[-1].startswith("999 ")


def test_names_instead_of_numbers_keep_every_row():
    names = [f"query {i}" for i in range(20)]
    text = Figure(y="reads").bars("reads", names, range(20)).text()
    assert all(name in text for name in names)


def test_a_timeline_lists_its_spans():
    figure = Figure("Stampede", x="time", x_unit="s").spans("waits", [("request 1", 0, 0.2, "locked")])
    assert figure.text().splitlines()[-1].split() == ["request", "1", "0", "s", "200", "ms", "locked"]


def test_numpy_and_lists_are_the_same():
    x, y = np.linspace(0, 1, 5), np.linspace(1, 2, 5, dtype=np.float32)
    assert Figure().line("a", x, y).spec() == Figure().line("a", x.tolist(), y.tolist()).spec()
    assert Figure().bars("a", np.array(["x", "y"]), [1, 2]).data("a") == (["x", "y"], [1, 2])


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_what_is_not_finite_becomes_a_gap_and_the_rest_stays(values):
    _, y = Figure().line("a", range(len(values)), values).data("a")
    assert y == [v if math.isfinite(v) else None for v in values]


def test_update_moves_series_and_marks_and_makes_a_line_of_a_new_name():
    figure = latency().points("you", [1], [1]).marker("kill")
    figure.update("you", [2], [3]).update("kill", 7).update("new", [1], [1])
    assert figure.data("you") == ([2], [3])
    assert figure.at("kill") == 7
    kinds = {series["name"]: series["kind"] for series in figure.spec()["series"]}
    assert kinds == {"you": "points", "new": "line"}


def test_adding_a_name_again_replaces_it_and_keeps_its_look():
    figure = Figure().line("a", [1], [1]).line("b", [1], [1])
    before = figure.spec()["series"][1]
    after = figure.line("b", [2], [2]).spec()["series"][1]
    assert figure.names == ("a", "b")
    assert all(after[key] == before[key] for key in ("color", "shape", "place"))


def test_no_two_series_look_alike():
    figure = Figure()
    for name in "abcdefg":
        figure.line(name, [1], [1])
    looks = [(s["color"], s["place"]) for s in figure.spec()["series"]]
    assert len(set(looks)) == 7 and len({color for color, _ in looks}) == 7
    figure.remove("b")
    figure.line("h", [1], [1])
    assert len({s["place"] for s in figure.spec()["series"]}) == 7


def test_clear_keeps_the_names():
    figure = latency().line("a", [1], [1]).marker("kill", 3).clear()
    assert figure.names == ("a",) and figure.data("a") == ([], []) and figure.at("kill") is None
    assert figure.text() == "Latency\na: nothing yet"


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda f: f.line("a", [1, 2], [1]), "'a': 2 x values but 1 y values"),
        (lambda f: f.line("a", [1], ["fast"]), "'a': expected numbers"),
        (lambda f: f.line("a", [[1]], [[1]]), "one row of numbers"),
        (lambda f: f.line("a", 1, 1), "'a': expected numbers"),
        (lambda f: f.update("a", 3), "'a' is not a series or mark"),
        (lambda f: f.line("a", [1], [1]).update("a", [2]), "give x and y"),
        (lambda f: f.line("a", [1], [1], color="red"), "color must be one of blue"),
        (lambda f: f.points("a", [1], [1], shape="star"), "shape must be one of dot"),
        (lambda f: f.bars("a", ["x"], [1]).line("b", [1], [1]), "must be names in every series"),
        (lambda f: f.spans("a", [("lane", 2, 1)]), "must end after it starts"),
        (lambda f: f.spans("a", [("lane", 2)]), "a span is"),
        (lambda f: Figure(x_scale="cubic"), "x_scale must be one of linear, log"),
        (lambda f: Figure(y_range=(1, 1)), "y_range must be"),
        (lambda f: Figure(y_scale="log", y_range=(0, 1)), "starts above zero"),
    ],
)
def test_mistakes_are_named(mistake, words):
    with pytest.raises(ValueError, match=words):
        mistake(Figure())


def test_a_mistake_leaves_the_figure_as_it_was():
    figure = Figure().bars("a", ["x"], [1])
    with pytest.raises(ValueError):
        figure.update("a", [1, 2], [1])
    with pytest.raises(ValueError):
        figure.line("b", [1], [1])
    assert figure.names == ("a",) and figure.data("a") == (["x"], [1])


def test_removing_what_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="'b' is not on this chart"):
        Figure().line("a").remove("b")
