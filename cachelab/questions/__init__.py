"""What the lessons ask before they run, and what they reply: one file a lesson, plain data.

It stands apart from the notebooks so that no answer can be read on the page before its question is done.
How to write a question: `cachelab.widgets.question`.
"""

import importlib
import importlib.util
import pkgutil
from dataclasses import dataclass, field
from difflib import get_close_matches

__all__ = ["Question", "find", "lessons", "of"]


@dataclass(frozen=True)
class Question:
    """A question with one answer: one of `choices`, a count `of` so many, or a number in a `unit`.

    `choices` gives each option its reason: why it is tempting and still wrong, said to whoever took it;
    "" where there is nothing to say, as for the right one. `low` and `high` are the same for numbers.
    `because` follows whatever was guessed. None of these is shown, or sent to the browser, before the answer.

    A number in a unit that counts, such as "reads", is whole; `mean` says that it is the mean of several
    counts, which may have decimals.

    `answer` is only for a question about an earlier lesson, which no run here answers; `see` then says
    where it was shown, as a link in Markdown: "[lesson 04](04_cache_aside.ipynb)".

    Raises ValueError if the parts do not fit together.
    """

    ask: str
    of: int | None = None
    unit: str | None = None
    mean: bool = False
    choices: dict[str, str] = field(default_factory=dict)
    because: str = ""
    low: str = ""
    high: str = ""
    answer: float | str | None = None
    see: str = ""

    def __post_init__(self):
        if sum(map(bool, (self.of is not None, self.unit is not None, self.choices))) > 1:
            raise ValueError("a question takes one of: of (x of N), unit (a number), choices; not several")
        if self.of is not None and self.of < 1:
            raise ValueError(f"of must be 1 or more, not {self.of}")
        if self.mean and not self.unit:
            raise ValueError("mean is for what is counted in a unit, such as loads")
        if self.choices and len(self.choices) < 2:
            raise ValueError(f"choices must be two or more different texts, not {list(self.choices)!r}")
        if self.choices and (self.low or self.high):
            raise ValueError("low and high are for numbers; a choice has its reason beside it")
        if self.choices and self.answer is not None and self.answer not in self.choices:
            raise ValueError(f"the answer {self.answer!r} is not one of: {', '.join(self.choices)}")

    @property
    def is_recall(self) -> bool:
        """True if it asks for what an earlier lesson showed: then the card itself has the answer."""
        return self.answer is not None


def find(id: str) -> Question:
    """The question with this id, such as "04.tutorial": that of `lesson_04.py` called "tutorial".

    ValueError says which lessons or names there are.
    """
    lesson, _, name = id.partition(".")
    module = f"{__name__}.lesson_{lesson}"
    if not (lesson.isalnum() and name and importlib.util.find_spec(module)):
        raise ValueError(
            f"{id!r} is no question: an id is a lesson with questions, a dot, a name: '04.tutorial'"
        )
    questions = importlib.import_module(module).QUESTIONS
    if name not in questions:
        near = get_close_matches(name, questions, n=3, cutoff=0.4) or questions
        raise ValueError(f"lesson {lesson} asks no question {name!r}; perhaps {', '.join(map(repr, near))}")
    return questions[name]


def lessons() -> list[str]:
    """The lessons that ask something: ["00", "01", "02", "02b", …]."""
    return sorted(module.name.removeprefix("lesson_") for module in pkgutil.iter_modules(__path__))


def of(lesson: str) -> dict[str, Question]:
    """All that one of `lessons()` asks, by name, in the order of the page."""
    return importlib.import_module(f"{__name__}.lesson_{lesson}").QUESTIONS
