"""All guesses of the course, and how they were off: the page at its end."""

import math
from collections import Counter

import traitlets

from cachelab import questions
from cachelab.checks import progress as record
from cachelab.learner.words import counted
from cachelab.questions import Question
from cachelab.widgets.base import Base
from cachelab.widgets.quantity import quantity

from . import verdict
from .reading import MEASURES

__all__ = ["Guesses", "guesses"]

Answered = tuple[str, Question, float | str, float | str]  # id, question, guess, answer


class Guesses(Base):
    """What was guessed, what it was, and what that says about the one who guessed. Made by `guesses`."""

    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    sentences = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, answered: list[Answered]):
        rows = [
            {
                "lesson": id.partition(".")[0],
                "question": question.ask,
                "guess": verdict.shown(question, guess),
                "answer": verdict.shown(question, actual),
                "sign": verdict.sign(question, guess, actual),
            }
            for id, question, guess, actual in answered
        ]
        super().__init__(rows=rows, sentences=summary(answered), label="Your guesses")

    def text(self) -> str:
        lines = [
            f"{row['sign']} {row['lesson']}  {row['question']}: {row['guess']}; it was {row['answer']}"
            for row in self.rows
        ]
        return "\n".join([*self.sentences, *lines])


def guesses(lesson: str | None = None) -> Guesses:
    """Your guesses and what became of them, in one lesson such as "04", or in all."""
    answered = []
    for id, (guess, actual) in sorted(record.guesses().items()):
        if lesson is not None and id.partition(".")[0] != lesson:
            continue
        try:
            question = questions.find(id)
        except ValueError:  # it is not asked any more
            continue
        if _fits(question, guess) and _fits(question, actual):
            answered.append((id, question, guess, actual))
    return Guesses(answered)


def _fits(question: Question, value: float | str | None) -> bool:
    return value in question.choices if question.choices else isinstance(value, int | float)


def summary(answered: list[Answered]) -> list[str]:
    """How they were off, one sentence for each kind of question."""
    if not answered:
        return ["No guess of yours has been answered yet."]
    said = ["What you guessed, and what it was."]
    chosen = [(q, guess, actual) for _, q, guess, actual in answered if q.choices]
    if chosen:
        right = sum(verdict.is_right(*one) for one in chosen)
        said.append(f"Of {counted(chosen, 'choice')}: {right} right.")
    for name, kind in {"time": "time", "factor": "×", "size or price": "size"}.items():
        said += _by_ratio(name, [one for one in answered if _kind(one[1]) == kind])
    said += _by_difference([one for one in answered if _kind(one[1]) == "count"])
    return said


def _kind(question: Question) -> str:
    if question.choices:
        return "choice"
    if question.unit == "×":
        return "×"
    if question.unit in MEASURES and question.unit not in ("%", "points"):
        return "time" if MEASURES[question.unit] is MEASURES["s"] else "size"
    return "count"


def _by_ratio(name: str, answered: list[Answered]) -> list[str]:
    """Such as "Of 9 times: 7 too low, by 30 times on average." The average is geometric."""
    pairs = [(q, guess, actual) for _, q, guess, actual in answered if guess > 0 and actual > 0]
    if not pairs:
        return []
    sides = Counter(_side(*pair) for pair in pairs)
    parts = []
    for side in ("low", "high"):
        ratios = [
            abs(math.log(guess / actual)) for q, guess, actual in pairs if _side(q, guess, actual) == side
        ]
        if ratios:
            mean = math.exp(sum(ratios) / len(ratios))
            parts.append(f"{len(ratios)} too {side}, by {quantity(float(f'{mean:.2g}'))} times on average")
    if sides["right"]:
        parts.append(f"{sides['right']} right or within a tenth")
    return [f"Of {_several(len(pairs), name)}: {'; '.join(parts)}."]


def _by_difference(answered: list[Answered]) -> list[str]:
    sides = Counter(_side(q, guess, actual) for _, q, guess, actual in answered)
    words = {"low": "too low", "high": "too high", "right": "right"}
    parts = [f"{sides[side]} {said}" for side, said in words.items() if sides[side]]
    return [f"Of {_several(len(answered), 'count or share')}: {'; '.join(parts)}."] if parts else []


def _several(number: int, name: str) -> str:
    """ "1 size or price", "3 sizes and prices"."""
    return f"{number} " + (name if number == 1 else " and ".join(f"{noun}s" for noun in name.split(" or ")))


def _side(question: Question, guess: float, actual: float) -> str:
    if verdict.sign(question, guess, actual) != "✗":
        return "right"
    return "high" if guess > actual else "low"
