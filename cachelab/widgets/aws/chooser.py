"""A few questions, and the engine of ElastiCache that follows (the logic: workload/compare/choice.py)."""

from collections.abc import Iterable
from typing import Self

import traitlets

from cachelab.workload.compare import choice

from ..base import Base

__all__ = ["Chooser", "chooser"]


class Chooser(Base):
    """The questions of `choice`, answered by radio buttons. Made by `chooser`."""

    questions = traitlets.List(help="[{name, text, answers: [texts]}]").tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), help="which answer of each question").tag(sync=True)
    advice = traitlets.Dict(help="the recommendation, for the view").tag(sync=True)

    def __init__(self, answers: dict[str, str]):
        super().__init__(
            label="Which engine?",
            questions=[
                {"name": one.name, "text": one.text, "answers": list(one.answers.values())}
                for one in choice.QUESTIONS
            ],
            chosen=[0] * len(choice.QUESTIONS),
        )
        self._answer()
        self.observe(lambda _: self._answer(), "chosen")
        self.set(**answers)

    @property
    def answers(self) -> dict[str, str]:
        """The answers given now, by the names that `choice.recommend` takes."""
        return {
            question.name: list(question.answers)[at]
            for question, at in zip(choice.QUESTIONS, self.chosen, strict=True)
        }

    @property
    def recommendation(self) -> choice.Recommendation:
        """What follows from the answers given now."""
        return choice.recommend(**self.answers)

    def set(self, **answers: str) -> Self:
        """Answer questions by name: chooser.set(holds="structures"). ValueError names what exists."""
        choice.recommend(**answers)  # refuses what is no question or no answer
        given = self.answers | answers
        self.chosen = [list(one.answers).index(given[one.name]) for one in choice.QUESTIONS]
        return self

    def text(self) -> str:
        given = self.answers
        asked = [f"{one.text} {one.answers[given[one.name]]}" for one in choice.QUESTIONS]
        return "\n".join([*asked, "", str(self.recommendation)])

    @traitlets.validate("chosen")
    def _within(self, proposal):
        chosen = proposal["value"]
        sizes = [len(one.answers) for one in choice.QUESTIONS]
        fits = len(chosen) == len(sizes) and all(0 <= at < n for at, n in zip(chosen, sizes, strict=True))
        if not fits:
            raise traitlets.TraitError(f"chosen={chosen} does not fit the questions")
        return chosen

    def _answer(self) -> None:
        told = self.recommendation
        self.advice = {
            "engine": told.engine,
            "form": told.form,
            "reasons": _shown(told.reasons),
            "against": [
                {"engine": engine, "reasons": _shown(reasons)} for engine, reasons in told.against.items()
            ],
            "notes": [note for note in (told.objection, told.caution) if note],
        }


def _shown(reasons: Iterable[choice.Reason]) -> list[dict[str, str]]:
    return [{"because": reason.because, "where": reason.where} for reason in reasons]


def chooser(**answers: str) -> Chooser:
    """Questions about a system, and the engine that suits it, with the rows of the duel that decided.

    chooser(holds="structures", loss="little") starts with these answers; the others are the first ones.
    """
    return Chooser(answers)
