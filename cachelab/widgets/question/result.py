"""Guess and answer side by side, and why: the picture under the run."""

import re

import traitlets

from cachelab.questions import Question
from cachelab.widgets.base import Base

from . import verdict

__all__ = ["Result", "outcome"]


class Result(Base):
    """What became of a guess: the answer, how far off it was, and why. Made by `answer`."""

    parts = ("question/outcome.js", "question/outcome.css")
    outcome = traitlets.Dict().tag(sync=True)

    def __init__(self, found: dict):
        super().__init__(outcome=found, label=f"Answer: {found['question']}")

    @property
    def verdict(self) -> str:
        """What was said of the guess, in one line."""
        return self.outcome["verdict"]

    def text(self) -> str:
        asked = self.outcome["question"]
        return f"{asked if asked.endswith('?') else f'{asked}:'} {self.verdict}"


def outcome(
    question: Question,
    guess: float | str | None,
    actual: float | str | None,
    because: str = "",
    withheld: str = "",
) -> dict:
    """All that a view shows of guess and answer, in words. `withheld` says why there is no answer here."""
    if withheld:
        said = f"You said {verdict.shown(question, guess)}. " if guess is not None else ""
        return _shown(question, said=f"{said}{withheld}")
    sign = verdict.sign(question, guess, actual)
    hint = _hint(question, guess, actual) if sign == "✗" else ""
    # Of an option that usually is wrong, and has come out here, the reason for the usual one says nothing.
    usual = not (question.choices and question.choices.get(actual))
    reasons = " ".join(filter(None, (question.because if usual else "", because)))
    bars, logarithmic = ([], False) if question.choices else verdict.bars(question, guess, actual)
    return _shown(
        question,
        said=verdict.says(question, guess, actual),
        sign=sign,
        hint=hint,
        because=reasons,
        options=[_option(text, guess, actual) for text in question.choices],
        bars=[{"whose": whose, "length": length, "words": words} for whose, length, words in bars],
        logarithmic=logarithmic,
    )


def _shown(question: Question, said: str, **parts) -> dict:
    found = {
        "sign": "",
        "hint": "",
        "because": "",
        "options": [],
        "bars": [],
        "logarithmic": False,
    } | parts
    line = " ".join(filter(None, (said, found["hint"], found["because"], _see(question))))
    return {"question": question.ask, "said": said, "see": question.see, "verdict": line, **found}


def _see(question: Question) -> str:
    words = re.sub(r"\[(.+)\]\(.+\)", r"\1", question.see)  # a link's words
    return f"See {words}." if words else ""


def _hint(question: Question, guess: float | str, actual: float | str) -> str:
    if question.choices:
        return question.choices[guess]
    return question.high if guess > actual else question.low


def _option(text: str, guess: str | None, actual: str) -> dict:
    mark = "right" if text == actual else "wrong" if text == guess else ""
    words = {
        (True, True): "your choice, and the answer",
        (True, False): "your choice",
        (False, True): "the answer",
    }
    return {"text": text, "mark": mark, "words": words.get((text == guess, text == actual), "")}
