"""How the guesses of a class are spread: bins in words, whatever was guessed."""

import math
import statistics
from collections import Counter

from cachelab.learner.words import counted
from cachelab.questions import Question
from cachelab.widgets.quantity import quantity
from cachelab.widgets.question.verdict import shown

Bin = tuple[str, int]  # what falls into it, how many guesses do
_SINGLE = 12  # so many counts have a bin each
_AROUND = 4  # steps of 1-2-5 on each side of the median; what lies further out is together


def histogram(question: Question, guesses: list[float | str]) -> list[Bin]:
    """The bins in order, empty ones between the others too."""
    if question.choices:
        count = Counter(guesses)
        return [(choice, count[choice]) for choice in question.choices]
    if question.of is not None:
        return _counts(guesses, question.of)
    if question.unit == "%":
        return _shares(guesses)
    return _logarithmic(guesses, f"{'' if question.unit in ('×', None) else ' '}{question.unit or ''}")


def answer(question: Question, answers: list[float | str]) -> str:
    """What their own runs found: the choice of most, or the middle of the numbers; "" if nobody ran it."""
    if not answers:
        return ""
    if question.choices:
        ((most, times),) = Counter(answers).most_common(1)
        return f"{shown(question, most)} in {times} of {counted(answers, 'run')}"
    middle = shown(question, float(f"{statistics.median(answers):.3g}"))
    return f"{middle}, the middle of {len(answers)} runs" if len(answers) > 1 else middle


def _counts(guesses: list[float], most: int) -> list[Bin]:
    """Of 0 to `most`: a bin each if they are few, else some ten of equal width, `most` in the last."""
    width = 1 if most < _SINGLE else math.ceil(most / 10)
    firsts = list(range(0, most + (width == 1), width))
    lasts = [*(first - 1 for first in firsts[1:]), most]
    count = Counter(min(round(guess) // width, len(firsts) - 1) for guess in guesses)
    words = (f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in zip(firsts, lasts, strict=True))
    return [(said, count[number]) for number, said in enumerate(words)]


def _shares(guesses: list[float]) -> list[Bin]:
    """Percentages in tens; a card takes others, too."""
    count = Counter(min(max(math.floor(guess / 10), -1), 10) for guess in guesses if guess != 100)
    count[9] += sum(guess == 100 for guess in guesses)
    bins = [(f"{10 * ten}% to {10 * ten + 10}%", count[ten]) for ten in range(10)]
    below = [("less than 0%", count[-1])] if count[-1] else []
    return below + bins + ([("more than 100%", count[10])] if count[10] else [])


def _logarithmic(guesses: list[float], unit: str) -> list[Bin]:
    positive = [guess for guess in guesses if guess > 0]
    bins: list[Bin] = []
    if len(positive) < len(guesses):
        bins.append((f"0{unit} or less", len(guesses) - len(positive)))
    if not positive:
        return bins
    steps = [_step(guess) for guess in positive]
    middle = round(statistics.median(steps))
    first, last = max(min(steps), middle - _AROUND), min(max(steps), middle + _AROUND)
    count = Counter(min(max(step, first - 1), last + 1) for step in steps)
    if count[first - 1]:
        bins.append((f"less than {_words(first)}{unit}", count[first - 1]))
    bins += [(f"{_words(step)} to {_words(step + 1)}{unit}", count[step]) for step in range(first, last + 1)]
    if count[last + 1]:
        bins.append((f"{_words(last + 1)}{unit} or more", count[last + 1]))
    return bins


def _step(value: float) -> int:
    """The largest of … 1, 2, 5, 10, 20 … that is not larger, as its place: 0 for 1, 1 for 2, 3 for 10."""
    decade = math.floor(math.log10(value) + 1e-9)
    lead = value / 10.0**decade if decade > -300 else 1
    return 3 * decade + (2 if lead >= 5 - 1e-9 else 1 if lead >= 2 - 1e-9 else 0)


def _words(step: int) -> str:
    decade, lead = divmod(step, 3)
    return quantity(float(f"{(1, 2, 5)[lead]}e{decade}"))
