"""What a class has told: each learner's guesses and tries, and the page's picture of them. Plain Python.

What arrives was written by a stranger who has the class's password. It counts only where it fits: a question
or an exercise of the course, a guess that its card would take, so nothing a stranger writes is ever shown. At
most `MOST` learners are kept, and of each only what the course has room for.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cachelab import questions
from cachelab.checks import exercise, exercise_ids
from cachelab.checks.course.classroom import LONGEST, handle
from cachelab.questions import Question

from .agenda import Agenda
from .histogram import answer, histogram

MOST = 300  # learners
DAY = 24 * 3600  # seconds


@dataclass
class Learner:
    handle: str
    number: float = -1  # of the newest message
    guesses: dict[str, tuple] = field(default_factory=dict)  # question -> (guess, answer or None)
    passed: set[str] = field(default_factory=set)  # exercises
    tried: dict[str, float] = field(default_factory=dict)  # not passed -> when tried first, on our clock
    tries: dict[str, float] = field(default_factory=dict)  # of every exercise that was tried
    last: str = ""  # question or exercise
    at: tuple[float, str] = (0, "")  # the exercise that was tried last: when, on our clock, and which
    left: bool = False


class Roll:
    """`clock` gives seconds; `lessons` are shown from the start, others once somebody is there; `sections`
    has the section of each question."""

    def __init__(
        self,
        clock: Callable[[], float],
        lessons: Iterable[str] = (),
        agenda: Agenda | None = None,
        sections: Mapping[str, str] | None = None,
    ):
        self._clock, self._began = clock, clock()
        self._lessons, self._agenda, self._sections = set(lessons), agenda, sections or {}
        # When the last minutes end that the agenda has for a lesson or its exercises.
        rows = agenda.rows if agenda else ()
        self._ends = {lesson: row.starts + row.minutes for row in rows for _, lesson in row.about}
        self._learners: dict[str, Learner] = {}
        self._exercises = {id: exercise(id) for id in exercise_ids()}
        self._questions = {
            f"{lesson}.{name}": asked
            for lesson in questions.lessons()
            for name, asked in questions.of(lesson).items()
        }
        self._handles: set[str] = set()
        self.opened: set[str] = set()
        self.refused = 0
        self.trouble = ""  # why nothing arrives at the moment

    # --- what arrives ---

    def take(self, text: bytes) -> None:
        """A message as a learner appends it. What is none is counted in `refused`."""
        try:
            if len(text) > LONGEST:
                raise ValueError
            told = json.loads(text)
            who, number = told["who"], told["number"]
            if not (isinstance(who, str) and re.fullmatch(r"[0-9a-f]{12}", who) and _number(number)):
                raise ValueError
            self.put(who, number, told)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.refused += 1

    def put(self, who: str, number: float, told: dict) -> None:
        """Everything that `who` has told in this class, unless something newer is here. Raises ValueError and
        the like, with nothing changed, for what has not the shape of a message."""
        known = self._learners.get(who)
        if known is None and len(self._learners) >= MOST:
            raise ValueError(f"more than {MOST} learners")
        if known is not None and known.number >= number:
            return
        now = self._clock()
        learner = Learner(known.handle if known else "", number, left=told.get("left") is True)
        if not learner.left:
            for id, (guess, found) in list(told["guesses"].items()):
                if (question := self._questions.get(id)) is not None and _fits(question, guess):
                    learner.guesses[id] = (guess, found if _fits(question, found) else None)
            newer = []
            for id, (tries, solved, ago) in list(told["exercises"].items()):
                if id not in self._exercises:
                    continue
                ago = min(max(ago, 0), DAY) if _number(ago) else 0
                first = min(now - ago, known.tried.get(id, now) if known else now)
                learner.tries[id] = tries if _number(tries) else 0
                if known is None or known.tries.get(id) != learner.tries[id]:
                    newer.append((id == told.get("last"), first, id))
                if solved is True:
                    learner.passed.add(id)
                else:
                    learner.tried[id] = first
            last = told.get("last")
            if isinstance(last, str) and (last in self._exercises or last in self._questions):
                learner.last = last
            # The one they have just tried; if the message was lost that said so, the one they began last.
            if newer:
                just, first, id = max(newer)
                learner.at = (now if just else first, id)
            elif known:
                learner.at = known.at
        learner.handle = learner.handle or self._handle(who)
        self._learners[who] = learner

    def forget(self, gone: Callable[[str], bool]) -> None:
        """Take off the page all those `who` for whom it holds, such as learners whose file is gone."""
        for who in [who for who in self._learners if gone(who)]:
            self._handles.discard(self._learners.pop(who).handle)

    def _handle(self, who: str) -> str:
        name, other = handle(who), 2
        while name in self._handles:
            name, other = f"{handle(who)}/{other}", other + 1
        self._handles.add(name)
        return name

    # --- what is shown ---

    def open(self, id: str, opened: bool) -> None:
        """Show how the guesses of a question are spread, or no more. ValueError if there is none such."""
        if id not in self._questions:
            raise ValueError(f"no question {id!r}")
        self.opened.add(id) if opened else self.opened.discard(id)

    def start(self, at: str | None = None) -> None:
        """The agenda begins now; or it is `at` on it, such as "0:40". ValueError for no time of it."""
        minutes = self._agenda.minutes(at) if self._agenda and at is not None else 0
        self._began = self._clock() - 60 * minutes

    @property
    def here(self) -> list[Learner]:
        return [learner for learner in self._learners.values() if not learner.left]

    def picture(self) -> dict:
        """What the page draws, as JSON: of a question that is closed only how many have guessed."""
        minutes = (self._clock() - self._began) / 60
        return {
            "clock": self._agenda.clock(minutes) if self._agenda else "",
            "learners": len(self.here),
            "left": len(self._learners) - len(self.here),
            "refused": self.refused,
            "trouble": self.trouble,
            "agenda": self._rows(minutes),
            "checkpoints": self._checkpoints(minutes),
            "late": self._agenda.late if self._agenda else "",
            "lessons": [lesson for lesson in map(self._lesson, sorted(self._shown())) if lesson],
        }

    def _shown(self) -> set[str]:
        met = {id for one in self.here for id in (one.last, *one.guesses, *one.passed, *one.tried)}
        return (self._lessons | {id.partition(".")[0] for id in met}) - {""}

    def _lesson(self, number: str) -> dict | None:
        asked = [self._spread(id, q) for id, q in self._questions.items() if id.startswith(f"{number}.")]
        tried = [self._row(id) for id in self._exercises if id.startswith(f"{number}.")]
        return {"lesson": number, "questions": asked, "exercises": tried} if asked or tried else None

    def _spread(self, id: str, question: Question) -> dict:
        pairs = [learner.guesses[id] for learner in self.here if id in learner.guesses]
        row = {"id": id, "ask": question.ask, "guesses": len(pairs), "open": id in self.opened}
        row["section"] = self._sections.get(id, "")
        if row["open"]:
            row["bins"] = histogram(question, [guess for guess, _ in pairs])
            row["answer"] = answer(question, [found for _, found in pairs if found is not None])
        return row

    def _row(self, id: str) -> dict:
        """Each learner's state, in the order of arrival: (name, state, if stuck for how many minutes)."""
        now, marks = self._clock(), []
        for learner in self.here:
            if id in learner.passed:
                marks.append((learner.handle, "passed", 0))
            elif id in learner.tried and self._is_at(learner, id):
                marks.append((learner.handle, "stuck", (now - learner.tried[id]) / 60))
            elif id in learner.tried:
                marks.append((learner.handle, "moved on", 0))
            else:
                marks.append((learner.handle, "not tried", 0))
        one = self._exercises[id]
        return {"id": id, "title": one.title, "minutes": one.minutes, "marks": marks}

    def _is_at(self, learner: Learner, id: str) -> bool:
        """Whether a learner who has not passed this exercise is still at it: no longer once they try another,
        or are in a later lesson; nor once its minutes are over, unless they have tried it again since, as in
        a class that is late."""
        lesson, (when, at) = id.partition(".")[0], learner.at
        if at != id or learner.last.partition(".")[0] > lesson:
            return False
        over = self._began + 60 * self._ends.get(lesson, math.inf)
        return self._clock() < over or when >= over

    def _rows(self, minutes: float) -> list[dict]:
        rows = self._agenda.rows if self._agenda else ()
        here = [0] * len(rows)
        for learner in self.here:
            if (at := self._place(rows, learner.last, minutes)) is not None:
                here[at] += 1
        return [
            {
                "at": row.at,
                "minutes": row.minutes,
                "text": row.text,
                "state": _state(row.starts, row.starts + row.minutes, minutes),
                "here": here[number],
            }
            for number, row in enumerate(rows)
        ]

    def _place(self, rows, last: str, minutes: float) -> int | None:
        """The row in which a learner is who was last seen here: the latest that has begun, else the first."""
        if not last:
            return None
        folder = "exercises" if last in self._exercises else "notebooks"
        fits = [n for n, row in enumerate(rows) if (folder, last.partition(".")[0]) in row.about]
        begun = [n for n in fits if rows[n].starts <= minutes]
        return begun[-1] if begun else fits[0] if fits else None

    def _checkpoints(self, minutes: float) -> list[dict]:
        points = self._agenda.checkpoints if self._agenda else ()
        return [{"at": at, "text": text, "past": due <= minutes} for due, at, text in points]


def _state(starts: float, ends: float, minutes: float) -> str:
    return "later" if minutes < starts else "now" if minutes < ends else "over"


def _number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value) and abs(value) < 1e300
    except OverflowError:
        return False


def _fits(question: Question, value: object) -> bool:
    """Whether the question's card would take it."""
    if question.choices:
        return isinstance(value, str) and value in question.choices
    return _number(value) and (question.of is None or 0 <= value <= question.of)
