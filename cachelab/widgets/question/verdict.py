"""What is said of a guess once the answer is there: pure words and the lengths of two bars."""

import math

from cachelab.learner.words import singular
from cachelab.questions import Question
from cachelab.widgets.quantity import quantity

from .reading import MEASURES

__all__ = ["bars", "is_right", "says", "shown", "sign", "whole"]

_NEAR = 1.1  # so many times too much is close enough


def shown(question: Question, value: float | str | None) -> str:
    """A guess or an answer as it is written: “the user”, 3 of 10, 12%, 245 µs."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"“{value}”"
    if question.of is not None:
        return f"{value:,.{0 if value == int(value) else 2}f} of {question.of:,}"
    number = quantity(value)
    return number + _unit(question, number)


def whole(question: Question, value: float) -> float:
    """An answer as it can be: what is counted has no decimals, unless it is the mean of several counts."""
    return float(round(value)) if _counts(question) and not question.mean else value


def is_right(question: Question, guess: float | str | None, actual: float | str) -> bool:
    """Equal is what looks equal: 47.2% is right if 47.2% is shown, whatever stands behind the last digit."""
    return guess is not None and shown(question, guess) == shown(question, actual)


def sign(question: Question, guess: float | str | None, actual: float | str) -> str:
    """✓ right, ≈ within a tenth of a number judged by its ratio, ✗ wrong; "" without a guess."""
    if guess is None:
        return ""
    if is_right(question, guess, actual):
        return "✓"
    near = _by_ratio(question) and min(guess, actual) > 0 and max(guess, actual) / min(guess, actual) < _NEAR
    return "≈" if near else "✗"


def says(question: Question, guess: float | str | None, actual: float | str) -> str:
    """The verdict: what was said, what it is, how far apart."""
    said, answer = shown(question, guess), shown(question, actual)
    if guess is None:
        return f"No guess; the answer is {answer}."
    if is_right(question, guess, actual):
        return f"You said {said}, and that is the answer."
    if question.choices:
        return f"You said {said}; the answer is {answer}."
    return f"You said {said}; it is {answer}: {_distance(question, guess, actual)}."


def bars(question: Question, guess: float | None, actual: float) -> tuple[list[tuple[str, float, str]], bool]:
    """(whose, length 0 to 1, words) of both, and whether the lengths are logarithmic.

    What is judged by its ratio and lies ten times apart or more is drawn so: else one bar would not be seen.
    """
    values = [("guess", guess), ("answer", actual)] if guess is not None else [("answer", actual)]
    sizes = [abs(value) for _, value in values]
    logarithmic = _by_ratio(question) and min(sizes) > 0 and max(sizes) >= 10 * min(sizes)
    if logarithmic:
        ends = math.floor(math.log10(min(sizes)) - 0.3), math.log10(max(sizes))
        lengths = [(math.log10(size) - ends[0]) / (ends[1] - ends[0]) for size in sizes]
    else:
        most = question.of or max(100 if question.unit == "%" else 0, *sizes, 0)
        lengths = [size / most if most else 0.0 for size in sizes]
    drawn = zip(values, lengths, strict=True)
    return [(whose, length, shown(question, value)) for (whose, value), length in drawn], logarithmic


def _unit(question: Question, number: str) -> str:
    """The unit as it follows this number: " steps", but 1 " step"."""
    if not question.unit or question.unit in ("%", "×"):
        return question.unit or ""
    return f" {singular(question.unit) if number == '1' and not _by_ratio(question) else question.unit}"


def _by_ratio(question: Question) -> bool:
    return question.unit in MEASURES and question.unit not in ("%", "points")


def _counts(question: Question) -> bool:
    return question.of is not None or bool(question.unit) and question.unit not in MEASURES


def _distance(question: Question, guess: float, actual: float) -> str:
    """Counts and percentages by difference, what is measured by its ratio."""
    side = "high" if guess > actual else "low"
    difference = quantity(abs(guess - actual))
    if question.unit == "%":
        return f"{difference} percentage point{'' if difference == '1' else 's'} too {side}"
    if question.unit == "points":
        return f"{difference}{_unit(question, difference)} too {side}"
    ratio = max(guess, actual) / min(guess, actual) if min(guess, actual) > 0 else None
    if _counts(question):
        many = "many" if guess > actual else "few"
        if question.of is not None or ratio is None or ratio < 3 or abs(guess - actual) < 20:
            return f"{difference} too {many}"
        return f"about {_times(ratio)} times too {many}"
    if ratio is None:
        return f"{difference}{_unit(question, difference)} too {side}"
    if math.isinf(ratio):
        return f"too {side} by more than a number can say"
    if ratio < _NEAR:
        return "very close, within 10%"
    if ratio < 2:
        return f"{abs(guess / actual - 1):.0%} too {side}"
    return f"about {_times(ratio)} times too {side}"


def _times(ratio: float) -> str:
    return quantity(round(ratio, 1) if ratio < 10 else round(ratio))
