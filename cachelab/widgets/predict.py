"""A guess before the run, and how far off it was after it."""

import math
from typing import Self

import numpy as np
import traitlets

from cachelab.engines import Engine

from .base import Base
from .quantity import quantity

__all__ = ["Prediction", "predict"]


class Prediction(Base):
    """A question with room for the learner's answer; `reveal` puts the truth beside it. Made by `predict`."""

    question = traitlets.Unicode().tag(sync=True)
    of = traitlets.Int(None, allow_none=True).tag(sync=True)
    unit = traitlets.Unicode("").tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    guess = traitlets.Any(None, allow_none=True, help="a number or a choice; None until made").tag(sync=True)
    actual = traitlets.Any(None, allow_none=True, help="the answer; None until revealed").tag(sync=True)
    because = traitlets.Unicode("").tag(sync=True)
    withheld = traitlets.Unicode("", help="why there is no answer on this machine")
    # what the view shows of guess and actual, in words
    guess_text = traitlets.Unicode("").tag(sync=True)
    actual_text = traitlets.Unicode("").tag(sync=True)
    verdict = traitlets.Unicode("").tag(sync=True)

    def __init__(self, question: str, of: int | None, unit: str, choices: list[str]):
        super().__init__(question=question, of=of, unit=unit, choices=choices, label=f"Predict: {question}")

    @traitlets.validate("guess", "actual")
    def _allowed(self, proposal):
        value = proposal["value"]
        if value is None:
            return None
        if self.choices:
            if value not in self.choices:
                raise traitlets.TraitError(f"{value!r} is not one of: {', '.join(self.choices)}")
            return value
        if not isinstance(value, int | float | np.number) or not math.isfinite(value):
            raise traitlets.TraitError(f"{self.question!r} takes a number, not {value!r}")
        if self.of is not None and not 0 <= value <= self.of:
            raise traitlets.TraitError(f"{value:g} is outside 0 to {self.of}")
        return float(value)

    @traitlets.observe("guess", "actual", "because", "withheld")
    def _say(self, _):
        with self.hold_sync():
            self.guess_text, self.actual_text = self._words(self.guess), self._words(self.actual)
            self.verdict = self._verdict()

    def reveal(self, actual: float | str | None, because: str = "", *, timed: Engine | None = None) -> Self:
        """Shows `actual` beside the guess, and locks the guess.

        `actual` is in the question's unit, or one of its choices; None if what gives the answer could not
        be run on this machine. `because` is one sentence on why. As the last line of a cell it shows the two
        there as well. If `actual` is a time, `timed` is the engine that took it: what a stand-in takes is no
        answer, and is not shown.
        """
        withheld = ""
        if timed is not None and not timed.is_real:
            withheld = "No answer here: a stand-in was timed, and its timings mean nothing."
        elif actual is None:
            withheld = "The answer could not be shown on this machine."
        with self.hold_sync():
            self.withheld, self.because, self.actual = withheld, because, None if withheld else actual
        return self

    def text(self) -> str:
        asked = self.question if self.question.endswith("?") else f"{self.question}:"
        if self.verdict:
            return f"{asked} {self.verdict}"
        if self.guess is not None:
            return f"{asked} You say {self.guess_text}."
        if self.choices:
            return f"{asked} {' / '.join(self.choices)}. No guess yet."
        room = f"of {self.of}" if self.of is not None else f"in {self.unit}" if self.unit else "a number"
        return f"{asked} ___ {room}. No guess yet."

    def _words(self, value) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return f"“{value}”"
        if self.of is not None:
            return f"{value:g} of {self.of}"
        return quantity(value) + self._unit()

    def _unit(self) -> str:
        return f"{'' if self.unit in '%×' else ' '}{self.unit}" if self.unit else ""

    def _verdict(self) -> str:
        if self.withheld:
            said = f"You said {self.guess_text}. " if self.guess is not None else ""
            return f"{said}{self.withheld}"
        if self.actual is None:
            return ""
        because = f" {self.because}" if self.because else ""
        if self.guess is None:
            return f"No guess; the answer is {self.actual_text}.{because}"
        said, answer = self.guess_text, self.actual_text
        if self.guess == self.actual:
            return f"You said {said}, and that is the answer.{because}"
        if self.choices:
            return f"You said {said}; the answer is {answer}.{because}"
        return f"You said {said}; it is {answer}: {self._distance()}.{because}"

    def _distance(self) -> str:
        """How far the guess is from the answer: counts and percentages by difference, the rest by ratio."""
        guess, actual = self.guess, self.actual
        side = "high" if guess > actual else "low"
        difference = abs(guess - actual)
        if self.of is not None:
            return f"{difference:g} too {'many' if guess > actual else 'few'}"
        if self.unit == "%":
            return f"{quantity(difference)} percentage point{'' if difference == 1 else 's'} too {side}"
        if guess <= 0 or actual <= 0:
            return f"{quantity(difference)}{self._unit()} too {side}"
        ratio = max(guess, actual) / min(guess, actual)
        if math.isinf(ratio):
            return f"too {side} by more than a number can say"
        if ratio < 1.1:
            return "very close, within 10%"
        if ratio < 2:
            return f"{abs(guess / actual - 1):.0%} too {side}"
        return f"about {quantity(round(ratio, 1) if ratio < 10 else round(ratio))} times too {side}"


def predict(
    question: str, of: int | None = None, unit: str | None = None, choices: list[str] | None = None
) -> Prediction:
    """Asks for a guess; keep what it returns, and `reveal` the answer on it once the run has shown it.

        guess = predict("stale orders", of=10)          # "x of 10"
        guess = predict("a Valkey GET", unit="µs")      # a number, in the unit named; reveal in it too
        guess = predict("who is faster?", choices=["Valkey", "PostgreSQL"])
        guess                                           # shows the question
        ...
        guess.reveal(1, "Only one order puts the old price back.")

    A guess is never required: without one, `reveal` only shows the answer.
    """
    if sum(option is not None for option in (of, unit, choices)) > 1:
        raise ValueError("predict takes one of: of (x of N), unit (a number), choices; not several")
    if of is not None and of < 1:
        raise ValueError(f"of must be 1 or more, not {of}")
    if choices is not None and (len(choices) < 2 or len(set(choices)) < len(choices)):
        raise ValueError(f"choices must be two or more different texts, not {choices!r}")
    return Prediction(question, of, unit or "", list(choices or ()))
