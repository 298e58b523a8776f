"""Guesses, and what is said about them."""

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from cachelab.engines.valkey import StandInValkey
from cachelab.widgets import predict


def said(guess, actual, **kind) -> str:
    prediction = predict("q", **kind)
    prediction.guess = guess
    return prediction.reveal(actual).verdict


@pytest.mark.parametrize(
    ("guess", "actual", "kind", "verdict"),
    [
        (3, 1, {"of": 10}, "You said 3 of 10; it is 1 of 10: 2 too many."),
        (0, 1, {"of": 10}, "You said 0 of 10; it is 1 of 10: 1 too few."),
        (1, 1, {"of": 10}, "You said 1 of 10, and that is the answer."),
        (5000, 245.3, {"unit": "µs"}, "You said 5,000 µs; it is 245 µs: about 20 times too high."),
        (100, 245, {"unit": "µs"}, "You said 100 µs; it is 245 µs: about 2.5 times too low."),
        (240, 245, {"unit": "µs"}, "You said 240 µs; it is 245 µs: very close, within 10%."),
        (300, 245, {"unit": "µs"}, "You said 300 µs; it is 245 µs: 22% too high."),
        (95, 87, {"unit": "%"}, "You said 95%; it is 87%: 8 percentage points too high."),
        (0, 12, {}, "You said 0; it is 12: 12 too low."),
        ("a", "b", {"choices": ["a", "b"]}, "You said “a”; the answer is “b”."),
        ("b", "b", {"choices": ["a", "b"]}, "You said “b”, and that is the answer."),
        (None, 1, {"of": 10}, "No guess; the answer is 1 of 10."),
        (None, "b", {"choices": ["a", "b"]}, "No guess; the answer is “b”."),
    ],
)
def test_says_how_far_off_in_plain_words(guess, actual, kind, verdict):
    assert said(guess, actual, **kind) == verdict


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_has_words_for_any_two_numbers(guess, actual):
    words = said(guess, actual)
    if guess != actual:
        assert ("too high" in words) == (guess > actual) or "very close" in words


def test_reason_follows_the_verdict():
    assert predict("q", of=10).reveal(1, "One order does it.").verdict.endswith("1 of 10. One order does it.")


def test_the_time_of_a_stand_in_is_not_shown_as_an_answer():
    prediction = predict("a GET takes", unit="s").reveal(0.0042, "Two trips.", timed=StandInValkey())
    nothing = "No answer here: a stand-in was timed, and its timings mean nothing."
    assert prediction.text() == f"a GET takes: {nothing}"
    prediction.guess = 3
    assert prediction.text() == f"a GET takes: You said 3 s. {nothing}"
    assert prediction.actual is None and prediction.actual_text == ""
    assert "0.0042" not in prediction.text()
    assert prediction.reveal(2, "Two trips.").verdict == "You said 3 s; it is 2 s: 50% too high. Two trips."


@pytest.mark.parametrize("guess, said", [(None, ""), (3, "You said 3 of 10. ")])
def test_an_answer_that_could_not_be_had_is_said(guess, said):
    prediction = predict("stale orders", of=10)
    prediction.guess = guess
    prediction.reveal(None, "Only one order puts the old price back.")
    assert prediction.text() == f"stale orders: {said}The answer could not be shown on this machine."
    prediction.reveal(1)
    assert "1 of 10" in prediction.text()


def test_text_follows_the_state():
    prediction = predict("stale orders", of=10)
    assert prediction.text() == "stale orders: ___ of 10. No guess yet."
    prediction.guess = 3
    assert prediction.text() == "stale orders: You say 3 of 10."
    prediction.reveal(1)
    assert prediction.text() == "stale orders: You said 3 of 10; it is 1 of 10: 2 too many."
    assert predict("Who?", choices=["a", "b"]).text() == "Who? a / b. No guess yet."


def test_reveal_again_takes_the_new_answer_and_keeps_the_guess():
    prediction = predict("q", of=10)
    prediction.guess = 3
    assert prediction.reveal(1).reveal(2).verdict == "You said 3 of 10; it is 2 of 10: 1 too many."


@pytest.mark.parametrize(
    ("kind", "value"),
    [({"of": 10}, 11), ({"of": 10}, -1), ({}, "many"), ({}, float("nan")), ({"choices": ["a", "b"]}, "c")],
)
def test_answers_that_cannot_be_are_refused(kind, value):
    prediction = predict("q", **kind)
    with pytest.raises(traitlets.TraitError):
        prediction.guess = value
    with pytest.raises(traitlets.TraitError):
        prediction.reveal(value)
    assert prediction.guess is None and prediction.actual is None


@pytest.mark.parametrize(
    "kind", [{"of": 0}, {"of": 10, "unit": "s"}, {"choices": ["a"]}, {"choices": ["a", "a"]}, {"choices": []}]
)
def test_questions_that_make_no_sense_are_refused(kind):
    with pytest.raises(ValueError):
        predict("q", **kind)
