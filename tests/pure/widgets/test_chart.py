"""The chart as a widget: each change reaches the view once."""

import inspect
import threading

import pytest

from cachelab.widgets import Chart, Figure


@pytest.fixture
def sent():
    """A chart and the list of specs its view would get."""
    chart = Chart("Latency", y_unit="s").line("a")
    specs = []
    chart.observe(lambda change: specs.append(change["new"]), "spec")
    return chart, specs


def test_every_change_is_sent(sent):
    chart, specs = sent
    chart.update("a", [1, 2], [3, 4])
    chart.points("b", [1], [1]).marker("kill", 2)
    assert len(specs) == 3
    assert specs[0]["series"][0]["y"] == [3, 4]
    assert specs[-1]["marks"] == [{"name": "kill", "axis": "x", "at": 2}]


def test_nothing_is_sent_for_the_same_data(sent):
    chart, specs = sent
    chart.update("a", [1, 2], [3, 4]).update("a", [1, 2], [3, 4])
    assert len(specs) == 1


def test_what_was_sent_stays_as_it_was(sent):
    chart, specs = sent
    chart.update("a", [1], [1])
    first = specs[0]["series"][0]["x"]
    chart.update("a", [1, 2], [1, 2])
    assert first == [1]


def test_a_mistake_changes_nothing(sent):
    chart, specs = sent
    with pytest.raises(ValueError):
        chart.update("a", [1, 2], [1])
    assert specs == [] and chart.figure.data("a") == ([], [])


def test_updates_from_a_thread_arrive(sent):
    chart, specs = sent
    thread = threading.Thread(target=lambda: [chart.update("a", [i], [i]) for i in range(5)])
    thread.start()
    thread.join()
    assert [spec["series"][0]["x"] for spec in specs] == [[0], [1], [2], [3], [4]]


def test_takes_a_figure_or_its_arguments():
    figure = Figure("Latency", y_scale="log").line("a", [1], [1])
    assert Chart(figure).spec == Chart("Latency", y_scale="log").line("a", [1], [1]).spec
    assert Chart(figure).label == "Latency"


def test_drawing_methods_read_like_the_figures():
    for name in ("line", "points", "spans", "marker", "update", "remove", "clear"):
        assert getattr(Chart, name).__doc__ == getattr(Figure, name).__doc__
        assert inspect.signature(getattr(Chart, name)) == inspect.signature(getattr(Figure, name))
