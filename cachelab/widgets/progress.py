"""What is solved, where you were, and how to carry that to another machine."""

import traitlets

from cachelab.checks import classroom, exercise, exercise_ids
from cachelab.checks import progress as record
from cachelab.checks.course import source
from cachelab.checks.exercise import lessons
from cachelab.learner.words import counted

from .base import Base

__all__ = ["progress"]


class Progress(Base):
    """The exercises of some lessons with their state, and the code that carries it. Made by `progress`."""

    lessons = traitlets.List(traitlets.Dict()).tag(sync=True)
    last = traitlets.Unicode("").tag(sync=True)
    code = traitlets.Unicode("").tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)  # what came of the last code that was pasted
    pasted = traitlets.Unicode("").tag(sync=True)  # set by the browser: a code from elsewhere
    looks = traitlets.Int(0).tag(sync=True)  # set by the browser: look at the file again
    told = traitlets.Unicode("").tag(sync=True)  # which class hears of it; "" if none does
    leaves = traitlets.Int(0).tag(sync=True)  # set by the browser: leave the class

    def __init__(self, numbers: list[str]):
        super().__init__(label="Your progress")
        self._numbers = numbers
        self._look()
        self.observe(lambda _: self._look(), "looks")
        self.observe(lambda _: self._take_over(), "pasted")
        self.observe(lambda _: self._leave(), "leaves")

    def _look(self) -> None:
        """Read the file again: other notebooks write it, too."""
        known = record.read()
        with self.hold_sync():
            self.lessons = [_lesson(number, known["exercises"]) for number in self._numbers]
            self.last = _where(record.last())
            self.code = record.export()
            self.told = str(classroom.status(wait=0)) if classroom.is_joined() else ""

    def _leave(self) -> None:
        said = str(classroom.leave())
        with self.hold_sync():
            self.told, self.said = "", said

    def _take_over(self) -> None:
        if not self.pasted.strip():
            return
        try:
            record.load(self.pasted)
            said = "Taken over: what was solved there and what is solved here are now together."
        except (ValueError, OSError) as error:
            said = f"Nothing was changed: {error}."
        self._look()
        with self.hold_sync():
            self.said, self.pasted = said, ""

    def text(self) -> str:
        lines = []
        for lesson in self.lessons:
            lines.append(f"{lesson['name']}: {lesson['solved']} of {len(lesson['exercises'])} solved")
            lines += [f"  {entry['state']:14}  {entry['name']}" for entry in lesson["exercises"]]
        lines += [line for line in (self.last, self.told) if line]
        return "\n".join([*lines, f"To carry it elsewhere: progress.load({self.code!r})"])


def progress(lesson: str | None = None) -> Progress:
    """Your progress in one lesson, such as "04", or in all that have exercises."""
    numbers = lessons()
    if lesson is not None and lesson not in numbers:
        raise ValueError(f"lesson {lesson!r} has no exercises; these have: {', '.join(numbers)}")
    return Progress(numbers if lesson is None else [lesson])


def _lesson(number: str, known: dict) -> dict:
    entries = []
    for id in exercise_ids(number):
        entry, ex = known.get(id, {"tries": 0, "solved": False}), exercise(id)
        times = counted(entry["tries"], "time")
        state = "solved" if entry["solved"] else f"tried {times}" if entry["tries"] else "not yet tried"
        entries.append({"name": f"{id} {ex.title}, {ex.minutes} min", "state": state})
    solved = sum(entry["state"] == "solved" for entry in entries)
    return {"name": _name(number), "solved": solved, "exercises": entries}


def _name(number: str) -> str:
    """The lesson's number and what it is about: "04 Cache-aside"."""
    try:
        return f"{number} {source.title(number)}"
    except source.NotHere:
        return f"lesson {number}"


def _where(last: str | None) -> str:
    if last is None or last not in exercise_ids():
        return ""
    return f"Last tried: {last} {exercise(last).title}."
