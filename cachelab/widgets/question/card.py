"""The card that asks: it takes a guess, and hands the answer to a `Result` once a run has found it."""

import math
from numbers import Real

import traitlets

from cachelab.checks import classroom
from cachelab.checks import progress as record
from cachelab.engines import Engine
from cachelab.questions import Question, find
from cachelab.widgets.base import Base

from . import verdict
from .reading import read
from .result import Result, outcome

__all__ = ["Prediction", "answer", "ask", "predict"]

_cards: dict[str, "Prediction"] = {}  # the card of each question that this kernel has met


class Prediction(Base):
    """A question with room for a guess; `reveal` puts the truth beside it. Made by `ask` and `predict`."""

    parts = ("question/outcome.js", "question/outcome.css")
    question = traitlets.Unicode().tag(sync=True)
    of = traitlets.Int(None, allow_none=True).tag(sync=True)
    unit = traitlets.Unicode("").tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    guess = traitlets.Any(None, allow_none=True, help="a number or a choice; None until made").tag(sync=True)
    guess_text = traitlets.Unicode("", help="the guess in words").tag(sync=True)
    entered = traitlets.Unicode("", help="set by the browser: a number as it was typed").tag(sync=True)
    problem = traitlets.Unicode("", help="why what was entered is no guess").tag(sync=True)
    stands = traitlets.Bool(False, help="it was answered on another day; the guess is kept").tag(sync=True)
    shown = traitlets.Bool(False, help="set by the browser: the answer is wanted without a guess").tag(
        sync=True
    )
    done = traitlets.Bool(False, help="the answer has been shown; the guess stands").tag(sync=True)
    told = traitlets.Bool(False, help="a class is told of the guess, without a name").tag(sync=True)
    outcome = traitlets.Dict(help="guess and answer, if this card shows them itself").tag(sync=True)
    sealed = traitlets.Dict(help="the answer, for a page without a kernel").tag(sync=True)
    is_recall = traitlets.Bool(False, help="it needs no run: the card replies itself").tag(sync=True)
    actual = traitlets.Any(None, allow_none=True, help="the answer; None until revealed")
    verdict = traitlets.Unicode("", help="what was said of the guess")

    def __init__(self, asked: Question, id: str = ""):
        """`id` is what its guess is remembered under; "" for a question that is not."""
        self._asked, self._id = asked, id
        super().__init__(
            question=asked.ask,
            of=asked.of,
            unit=asked.unit or "",
            choices=list(asked.choices),
            is_recall=asked.is_recall,
            label=f"Predict: {asked.ask}",
        )
        self._recall()
        self.told = bool(id) and classroom.is_joined()
        if self.told:
            classroom.tell("last", id)

    def _recall(self) -> None:
        """What was guessed in another kernel, or on another day, as far as it still fits the question."""
        guess, answer = record.guesses().get(self._id, (None, None)) if self._id else (None, None)
        if guess is None:
            return
        try:
            self.guess = guess
        except traitlets.TraitError:  # the question has changed since
            return
        self.stands = answer is not None

    @traitlets.validate("guess", "actual")
    def _allowed(self, proposal):
        value = proposal["value"]
        if value is None:
            return None
        if self.choices:
            if value not in self.choices:
                raise traitlets.TraitError(f"{value!r} is not one of: {', '.join(self.choices)}")
            return value
        if not isinstance(value, Real) or not math.isfinite(value):
            raise traitlets.TraitError(f"{self.question!r} takes a number, not {value!r}")
        if self.of is not None and not 0 <= value <= self.of:
            raise traitlets.TraitError(f"{value:g} is outside 0 to {self.of}")
        return float(value)

    @traitlets.observe("entered")
    def _read(self, _) -> None:
        with self.hold_sync():
            try:
                self.guess = read(self.entered, self.unit, self.of) if self.entered.strip() else None
                self.problem = ""
            except ValueError as error:
                self.problem = str(error)

    @traitlets.observe("guess", "shown")
    def _say(self, _) -> None:
        with self.hold_sync():
            self.guess_text = verdict.shown(self._asked, self.guess)
            self._remember()
            if self._asked.is_recall and (self.guess is not None or self.shown):
                self.reveal(self._asked.answer)

    def _remember(self) -> None:
        if self._id and self.guess is not None:
            self.problem = record.guess(self._id, self.guess, self.actual)
            self.told = classroom.is_joined()

    def reveal(self, actual: float | str | None, because: str = "", *, timed: Engine | None = None) -> Result:
        """The answer beside the guess, as a card of its own; as the last line of a cell it is shown there.

        `actual` is in the question's unit, or one of its choices; None if what gives the answer could not
        be run on this machine. `because` says why, in a sentence. If `actual` is a time, `timed` is the
        engine that took it: what a stand-in takes is no answer, and is not shown.
        """
        withheld = ""
        if timed is not None and not timed.is_real:
            withheld = "No answer here: a stand-in was timed, and its timings mean nothing."
        elif actual is None:
            withheld = "The answer could not be shown on this machine."
        with self.hold_sync():
            self.actual = None if withheld else actual
            if isinstance(self.actual, float):
                self.actual = verdict.whole(self._asked, self.actual)
            found = outcome(self._asked, self.guess, self.actual, because, withheld)
            self.verdict = found["verdict"]
            self.outcome = found if self._asked.is_recall else {}
            self.done = True
            self._remember()
        return Result(found)

    def state(self) -> dict:
        state = super().state()
        if self._asked.is_recall and not self.outcome:
            state["sealed"] = outcome(self._asked, None, self._asked.answer)
        return state

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


def ask(id: str) -> Prediction:
    """The card of a question of the course, such as "04.tutorial"; the last line of its cell.

    See `cachelab.widgets.question` for how a lesson writes one. ValueError if there is no such question.
    """
    _cards[id] = Prediction(find(id), id)
    return _cards[id]


def answer(id: str, actual: float | str | None, because: str = "", *, timed: Engine | None = None) -> Result:
    """What a run has found, beside the guess; the last line of its cell. See `Prediction.reveal`."""
    card = _cards.get(id) or ask(id)
    return card.reveal(actual, because, timed=timed)


def predict(
    question: str, of: int | None = None, unit: str | None = None, choices: list[str] | None = None
) -> Prediction:
    """Asks for a guess on the spot; keep what it returns, and `reveal` the answer on it after the run.

        guess = predict("stale orders", of=10)          # "x of 10"
        guess = predict("a Valkey GET", unit="µs")      # a number, in the unit named; reveal in it too
        guess = predict("who is faster?", choices=["Valkey", "PostgreSQL"])
        guess                                           # shows the question
        ...
        guess.reveal(1, "Only one order puts the old price back.")

    A guess is never required: without one, `reveal` only shows the answer. A lesson uses `ask`.
    """
    if choices is not None and (len(choices) < 2 or len(set(choices)) < len(choices)):
        raise ValueError(f"choices must be two or more different texts, not {choices!r}")
    return Prediction(Question(question, of=of, unit=unit or None, choices=dict.fromkeys(choices or (), "")))
