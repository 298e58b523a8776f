"""An exercise: what is asked, how an answer is judged, and what helps a learner who is stuck."""

import dis
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace

from cachelab.learner.words import counted
from cachelab.learner.words import show as shown

from .attempt import attempt
from .course import copies, progress, source
from .rig.lab import Lab, Unavailable, prepared
from .verdict import (
    BROKEN,
    CORRECT,
    INCORRECT,
    NOT_ATTEMPTED,
    Note,
    Settled,
    Verdict,
    could_not_run,
    not_attempted,
)

# Where exercises are found: the folders lesson_NN of this package, whose modules call `define`. By its name,
# and only when somebody asks for an exercise: the content stands on this machinery, never the machinery on
# the content, and a new lesson is a new folder there and no change here.
CONTENT = "cachelab.exercises"
TRIES = 3  # after so many failed checks the solution is shown without a question

_exercises: dict[str, "Exercise"] = {}
_handed: dict[str, tuple] = {}  # what the last check of each exercise was given


class UnknownExercise(LookupError):
    """No exercise has this id; the message lists those that exist."""


def exercise(id: str) -> "Exercise":
    """The exercise with this id, such as "04.2": the lesson's number, a dot, the exercise's number."""
    lesson = str(id).partition(".")[0]
    if id not in _exercises and lesson in lessons():
        _read(lesson)
    if id not in _exercises:
        known = ", ".join(exercise_ids())
        raise UnknownExercise(f"there is no exercise {id!r}; ids are strings, and these exist: {known}")
    return _exercises[id]


def lessons() -> list[str]:
    """The numbers of the lessons that have exercises: ["01", "04", …]."""
    names = (module.name for module in pkgutil.iter_modules(importlib.import_module(CONTENT).__path__))
    return sorted(name.removeprefix("lesson_") for name in names if name.startswith("lesson_"))


def exercise_ids(lesson: str | None = None) -> list[str]:
    """Every exercise's id in order, or those of one lesson."""
    for number in lessons():
        if lesson in (None, number):
            _read(number)
    return sorted(id for id in _exercises if lesson in (None, id.partition(".")[0]))


def _read(lesson: str) -> None:
    """Import every module of a lesson's folder: each calls `define`."""
    package = importlib.import_module(f"{CONTENT}.lesson_{lesson}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def define(
    id: str, title: str, minutes: int, hints: tuple[str, ...], needs: tuple[str, ...] = ()
) -> Callable:
    """Register the decorated function as the judge of exercise `id`.

    The judge takes a `Lab` and the learner's answers. It raises a `Settled` verdict at the first thing that
    is wrong; what it returns is what held: a sentence, or a sentence and evidence. An answer is a function
    of that name, unless its parameter is annotated with the type of value that is asked for. `needs` names
    the engines it talks to.
    """

    def register(judge):
        _exercises[id] = Exercise(id, title, minutes, hints, needs, judge)
        return _exercises[id]

    return register


@dataclass(frozen=True)
class Exercise:
    id: str
    title: str
    minutes: int
    hints: tuple[str, ...]
    needs: tuple[str, ...]
    judge: Callable

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of the answers `check` wants, in order."""
        return tuple(inspect.signature(self.judge).parameters)[1:]

    @property
    def call(self) -> str:
        return f"exercise({self.id!r})".replace("'", '"')

    def check(self, *answers, **named) -> Verdict:
        """The verdict on these answers, in the order of `takes` or by name. It never raises, comes back
        within ten seconds on a machine that is not busy, and is counted as a try unless nothing was attempted
        or the check could not run."""
        handed = (*answers, *named.values())
        try:
            if (mine := copies.instead()) is not None:
                raise not_attempted(
                    "This is the course's clean copy, which the next update overwrites: nothing was checked. "
                    f"Work in yours: {mine.name}/{self.id.partition('.')[0]}_exercises.ipynb"
                )
            answers = self._in_order(answers, named)
            self._look(answers)
            with prepared(self.needs) as engines:
                verdict = attempt(lambda: self._judge(Lab(engines, answers), answers))
        except Settled as settled:
            verdict = settled.verdict
        except Unavailable as error:
            verdict = could_not_run(str(error))
        before = _handed_before(self.id, handed) if verdict.status != NOT_ATTEMPTED else ""
        if verdict.status in (INCORRECT, BROKEN) and before:
            trouble = f"This is what you handed over {before}, so no try was counted: did the cell above run?"
        else:
            trouble = progress.record(self.id, verdict.status) if verdict.status != NOT_ATTEMPTED else ""
        then, notes = self._next(verdict.status, trouble), self._notes(verdict.status)
        return replace(verdict, title=f"{self.id} {self.title}", then=then, notes=notes)

    def _notes(self, status: str) -> tuple[Note, ...]:
        """What opens on the verdict: hints after a failure, the solution when `solution` would show it."""
        if status == NOT_ATTEMPTED:
            return ()
        total = len(self.hints)
        hints = [Note(f"Hint {n} of {total}", hint) for n, hint in enumerate(self.hints, 1)]
        earned = status == CORRECT or progress.tries(self.id) >= TRIES
        return (*(hints if status != CORRECT else ()), *([self.solution(show=True)] if earned else ()))

    def _judge(self, lab: Lab, answers) -> Verdict:
        with lab:
            held = self.judge(lab, *answers)
        held, *evidence = (held,) if isinstance(held, str) else held
        return Verdict(CORRECT, (("", held),), tuple(evidence))

    def _in_order(self, answers: tuple, named: dict) -> tuple:
        """The answers in the order of `takes`; settles for names that are none, or come twice."""
        rest = self.takes[len(answers) :]
        if odd := next((name for name in named if name not in rest), None):
            twice = f"`{odd}` twice" if odd in self.takes else f"an answer named `{odd}`"
            call = f"`{self.call}.check({', '.join(self.takes)})`"
            raise Settled(_unusable(f"check() got {twice}", f"Call {call}."))
        return answers + tuple(named.get(name, ...) for name in rest) if named else answers

    def _look(self, answers) -> None:
        """Settle what needs no run: no answer yet, too many of them, the wrong kind of thing."""
        call = f"`{self.call}.check({', '.join(self.takes)})`"
        if len(answers) != len(self.takes):
            raise Settled(_unusable(f"check() got {counted(len(answers), 'answer')}", f"Call {call}."))
        for name, answer in zip(self.takes, answers, strict=True):
            kind = inspect.signature(self.judge).parameters[name].annotation
            if answer is None or answer is ... or answer is NotImplemented or _is_stub(answer):
                raise not_attempted(
                    f"`{name}` has no answer yet. Write it in the cell above, run that cell, then this one."
                )
            if kind is not inspect.Parameter.empty:
                if not isinstance(answer, kind):
                    raise Settled(
                        _unusable(f"`{name}` is {_a(type(answer))}", f"`{name}` should be {_a(kind)}.")
                    )
            elif inspect.isclass(answer):
                raise Settled(
                    _unusable(f"`{name}` is a class", "The check calls a function: write `def`, not `class`.")
                )
            elif not callable(answer):
                raise Settled(
                    _unusable(
                        f"`{name}` is {_a(type(answer))}: {shown(answer, 60)}",
                        f"Hand over the function itself: {call}.",
                    )
                )
            elif inspect.iscoroutinefunction(answer) or inspect.isasyncgenfunction(answer):
                raise Settled(
                    _unusable(f"`{name}` is an `async` function", "Write a plain `def`: these clients block.")
                )
            elif inspect.isgeneratorfunction(answer):
                raise Settled(
                    _unusable(
                        f"`{name}` has a `yield` in it, so calling it only makes a generator", "Use `return`."
                    )
                )

    def _next(self, status: str, trouble: str) -> str:
        if status == CORRECT:
            ids = exercise_ids(self.id.partition(".")[0])
            later = [id for id in ids if id > self.id]
            then = f"Next: {later[0]}. " if later else "That was the last one of this lesson. "
            then += f"To compare: `{self.call}.solution()`."
        elif progress.tries(self.id) >= TRIES:
            then = f"Stuck? `{self.call}.hint()`, `.hint(2)` … or `{self.call}.solution()`."
        else:
            then = f"A nudge: `{self.call}.hint()`."
        return f"{then} {trouble}".strip()

    def hint(self, number: int = 1) -> Note:
        """Hint `number`, from 1, the gentlest."""
        if not isinstance(number, int) or not 1 <= number <= len(self.hints):
            return Note(
                f"{self.id} has {counted(len(self.hints), 'hint')}",
                f"Ask for hint(1) to hint({len(self.hints)}).",
            )
        more = f"\n`{self.call}.hint({number + 1})` says more." if number < len(self.hints) else ""
        return Note(f"Hint {number} of {len(self.hints)} for {self.id}", self.hints[number - 1] + more)

    def solution(self, show: bool = False) -> Note:
        """The reference answer: at once after a pass or three tries, or with show=True; else it asks."""
        if not (show or progress.solved(self.id) or progress.tries(self.id) >= TRIES):
            question = f"You have not passed {self.id} yet. Show the solution all the same? [y/N] "
            try:
                agreed = input(question).strip().lower().startswith("y")
            except Exception:  # nobody can be asked: nbconvert, nbval, a script without a terminal
                return Note(
                    f"Solution of {self.id}",
                    f"Nobody can be asked here. To see it: `{self.call}.solution(show=True)`.",
                )
            if not agreed:
                return Note(
                    f"Solution of {self.id}", f"Not shown. `{self.call}.hint()` gives a nudge instead."
                )
        try:
            return Note(
                f"Solution of {self.id}", "One right answer; others pass as well.", source.solution(self.id)
            )
        except source.NotHere as error:
            return Note(f"Solution of {self.id}", str(error))

    def __repr__(self):
        return f"{self.id} {self.title} ({self.minutes} min): {self.call}.check({', '.join(self.takes)})"


def _handed_before(id: str, answers: tuple) -> str:
    """When an exercise was given these very functions before: "last time", "to 04.3" if it was another one,
    or "". A cell that failed leaves those of last time; one that was not run, those of another exercise
    whose answers have the same names."""
    before = [
        other
        for other, given in _handed.items()
        if len(given) == len(answers) and all(old is new for old, new in zip(given, answers, strict=True))
    ]
    _handed[id] = answers  # it was judged: that is the last time
    if not before or not any(map(inspect.isfunction, answers)):
        return ""
    if id in before:
        return "last time"
    return "" if source.one_answer_for_all(id.partition(".")[0]) else f"to {before[-1]}"


def _unusable(happened: str, think: str) -> Verdict:
    return Verdict(BROKEN, (("Happened", happened), ("Think", think)))


def _a(kind) -> str:
    names = [k.__name__ for k in getattr(kind, "__args__", None) or [kind]]
    return " or ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names)


# What `...`, `pass`, `return None` and a docstring compile to, and what `raise NotImplementedError("…")`
# adds.
_IDLE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP", "COPY_FREE_VARS"}
_RAISE = {"LOAD_GLOBAL", "PUSH_NULL", "PRECALL", "CALL", "RAISE_VARARGS"}


def _is_stub(answer) -> bool:
    """Whether a function does nothing and returns nothing, or begins by raising NotImplementedError."""
    code = getattr(answer, "__code__", None)
    if code is None or code.co_flags & (
        inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
    ):
        return False
    names, value = set(), ...
    for step in dis.get_instructions(code):
        if step.opname not in _IDLE | _RAISE:
            return False
        if step.opname == "RAISE_VARARGS":
            return names == {"NotImplementedError"}
        if step.opname == "LOAD_GLOBAL":
            names.add(step.argval)
        if step.opname in ("LOAD_CONST", "RETURN_CONST"):
            value = step.argval
        if step.opname.startswith("RETURN"):
            return not names and (value is None or value is ...)
    return False
