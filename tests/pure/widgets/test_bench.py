"""Sliders, a model, and what it says."""

import threading

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from cachelab.checks import progress
from cachelab.widgets import Bench, Choice, Figure, Slider


def model(hit_ratio, distance):
    mean = hit_ratio * distance
    return {"mean": ([0, 1], [0, distance]), "you": ([hit_ratio], [mean])}, f"mean {mean:g}"


def bench() -> Bench:
    controls = [Slider("hit_ratio", 0, 1, 0.5, unit="%"), Choice("distance", {"near": 1, "far": 10})]
    return Bench(model, controls, Figure("Mean", x="hit ratio", x_unit="%").points("you"))


def test_the_first_answer_is_there_before_any_slider_moves():
    assert bench().values == {"hit_ratio": 0.5, "distance": 1}
    assert bench().text().splitlines() == [
        "hit ratio: 50%",
        "distance: near",
        "Mean",
        "you: hit ratio 50%, y 0.5",
        "hit ratio  mean",
        "0%            0",
        "100%          1",
        "mean 0.5",
    ]


def test_set_moves_controls_to_the_nearest_position():
    moved = bench().set(hit_ratio=0.803, distance=10)
    assert moved.values == {"hit_ratio": 0.8, "distance": 10}
    assert moved.sentence == "mean 8" and moved.figure.data("you") == ([0.8], [8])


def test_a_view_moves_a_control_by_its_position():
    bare = bench()
    bare.positions = [100, 1]
    assert bare.sentence == "mean 10"
    with pytest.raises(traitlets.TraitError):
        bare.positions = [101, 0]
    with pytest.raises(traitlets.TraitError):
        bare.positions = [0]


def moved_by_a_page(bench: Bench, positions: list[int]) -> Bench:
    bench.set_state({"positions": positions})
    bench._noting.join()  # it waits until a slider rests
    return bench


def test_a_bench_stands_where_a_page_left_it_and_says_where_it_began():
    moved_by_a_page(bench(), [80, 1])
    again = bench()
    assert again.values == {"hit_ratio": 0.8, "distance": 10} and again.sentence == "mean 8"
    assert again.home == [50, 0] and again.moved == ["hit_ratio", "distance"]
    moved_by_a_page(again, again.home)  # its Reset button
    assert bench().moved == [] and progress.read()["settings"] == {}


def test_where_no_thread_can_be_started_it_is_noted_at_once(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", start)
    bench().set_state({"positions": [80, 1]})
    assert bench().moved == ["hit_ratio", "distance"]


def test_what_a_script_sets_is_not_remembered():
    bench().set(hit_ratio=0.8)
    assert bench().moved == []


@pytest.mark.parametrize("left", [{"hit_ratio": "many"}, {"gone": "50%"}, {"distance": "far"}])
def test_what_was_left_and_fits_no_more_is_forgotten(left):
    progress.keep("Picky", left)

    def picky(hit_ratio, distance):
        if distance == 10:
            raise ZeroDivisionError
        return f"{hit_ratio:g}"

    controls = [Slider("hit_ratio", 0, 1, 0.5, unit="%"), Choice("distance", {"near": 1, "far": 10})]
    assert Bench(picky, controls, label="Picky").values == {"hit_ratio": 0.5, "distance": 1}


def test_measured_points_can_be_added():
    assert bench().points("measured", [0.2], [3]).set(hit_ratio=0.1).figure.data("measured") == ([0.2], [3])


def test_a_line_that_only_the_model_knows_goes_with_its_answer():
    """So that it can be called what it shows; what others put on the chart stays."""

    def policy(name):
        return {name: ([0, 1], [0, 1])}, name

    shown = Bench(policy, [Choice("name", ["FIFO", "SIEVE"])], Figure().line("LRU"))
    shown.points("measured", [0.5], [0.5])
    assert shown.figure.names == ("LRU", "FIFO", "measured")
    assert shown.set(name="SIEVE").figure.names == ("LRU", "measured", "SIEVE")


def test_a_model_may_move_marks_and_hide_them():
    def where(n):
        return {"here": n if n > 2 else None}, ""

    marked = Bench(where, [Slider("n", 1, 5, 4, step=1)], Figure().marker("here"))
    assert marked.figure.at("here") == 4
    assert marked.set(n=1).figure.at("here") is None


def test_a_model_may_answer_with_a_sentence_alone():
    assert Bench(lambda n: f"n is {n}", [Slider("n", 1, 5, step=1)]).text() == "n: 1\nn is 1"


def test_a_model_that_fails_is_shown_and_recovers():
    fraction = Bench(lambda n: f"1/n is {1 / n:g}", [Slider("n", 0, 5, 4, step=1)])
    fraction.positions = [0]
    assert fraction.failure == "The model failed with n=0: ZeroDivisionError: division by zero"
    assert fraction.failure in fraction.text()
    fraction.positions = [2]
    assert fraction.failure == "" and fraction.sentence == "1/n is 0.5"
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        fraction.set(n=0)


def test_a_model_that_fails_at_once_fails_in_its_cell():
    with pytest.raises(ZeroDivisionError):
        Bench(lambda n: 1 / n, [Slider("n", 0, 5)])


def test_one_change_is_one_answer():
    calls = []
    counted = Bench(lambda n: calls.append(n) or str(n), [Slider("n", 0, 5, step=1)])
    counted.set(n=3).set(n=3)
    assert calls == [0, 3]


@given(st.floats(1e-6, 1e3), st.floats(1.5, 1e6))
def test_log_sliders_grow_by_equal_factors(low, factor):
    options = Slider("q", low, low * factor, log=True).options()
    assert len(options) == 101 and options[0] == pytest.approx(low, rel=0.01)
    assert options[-1] == pytest.approx(low * factor, rel=0.01)
    ratios = np.array(options[1:]) / np.array(options[:-1])
    assert ratios == pytest.approx(factor ** (1 / 100), rel=0.02)


def test_whole_steps_stay_whole():
    options = Slider("nodes", 1, 9, step=2).options()
    assert options == [1, 3, 5, 7, 9] and all(isinstance(option, int) for option in options)
    assert Slider("h", 0, 1, step=0.1).options()[3] == 0.3
    assert Slider("ttl", stops=[1, 5, 60]).options() == [1, 5, 60]


@pytest.mark.parametrize(
    ("control", "words"),
    [
        (Slider("n", 5, 1), "low must be below high"),
        (Slider("n"), "low must be below high"),
        (Slider("n", 0, 1, log=True), "starts above zero"),
        (Slider("n", 0, 1, step=0), "step must be above zero"),
        (Slider("n", 0, 1, step=1e-9), "too many"),
        (Slider("n", stops=[3, 1]), "rising"),
        (Slider("n", 0, 1, 2), "goes from"),
        (Choice("n", ["a"], "b"), "must be one of"),
    ],
)
def test_controls_that_make_no_sense_are_refused(control, words):
    with pytest.raises(ValueError, match=words):
        Bench(lambda n: "", [control])


def test_a_choice_is_made_by_its_value_or_by_its_words():
    days = Choice("day", {"a quiet day": (1, 2), "the node dies": (3, 4)})
    assert days.nearest((3, 4)) == days.nearest("the node dies") == (3, 4)
    with pytest.raises(ValueError, match=r"\['a quiet day', 'the node dies'\], not 'monday'"):
        days.nearest("monday")


def test_controls_are_named_once_and_there_is_one():
    with pytest.raises(ValueError, match="different names"):
        Bench(lambda n: "", [Slider("n", 0, 1), Slider("n", 0, 1)])
    with pytest.raises(ValueError, match="at least one"):
        Bench(lambda: "", [])
    with pytest.raises(ValueError, match="'x' is not a control"):
        bench().set(x=1)


def halves(n):
    """A model in two slices; the second waits until it may go on."""
    yield {"mean": ([0], [n])}, "half"
    assert n < 9, "too much"
    may_go_on.wait()
    yield {"mean": ([0, 1], [n, n])}, f"all of {n}"


may_go_on = threading.Event()


def sliced() -> Bench:
    may_go_on.set()
    made = Bench(halves, [Slider("n", 1, 9, 4, step=1)])
    may_go_on.clear()
    return made


def test_a_model_in_slices_shows_the_first_at_once_and_the_rest_as_it_comes():
    made = sliced()
    assert made.sentence == "all of 4"  # what is displayed, and saved, is the whole
    made.set(n=5)
    assert made.sentence == "half" and made.figure.data("mean") == ([0], [5])
    may_go_on.set()
    assert made.finish().sentence == "all of 5" and made.figure.data("mean") == ([0, 1], [5, 5])


def test_slices_of_an_older_position_are_not_shown():
    made = sliced().set(n=5)
    older = made._rest
    made.set(n=6)
    may_go_on.set()
    older.join()
    assert made.finish().sentence == "all of 6"


def test_a_slice_that_fails_is_told_on_the_bench():
    made = sliced()
    made.positions = [8]
    assert "too much" in made.finish().failure
    may_go_on.set()
    made.positions = [0]
    assert made.failure == "" and made.finish().sentence == "all of 1"
