"""The top of an exercise notebook: where the learner is, and which file is theirs."""

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path

from .course import classroom, copies, early, progress
from .course.source import NotHere
from .exercise import exercise_ids

PAGE = Path(__file__).with_name("page.css")


@dataclass(frozen=True)
class Welcome:
    """Where the learner is: what is solved of a lesson, and which file to work in."""

    lesson: str
    solved: int
    exercises: int
    link: str = ""  # the learner's copy, seen from here, if this is not it
    trouble: str = ""
    told: str = ""  # who else hears of it

    def __str__(self):
        lines = [f"Lesson {self.lesson}: {self.solved} of {self.exercises} exercises solved."]
        if self.link:
            lines.append(f"This is the course's clean copy. Yours, which no update touches, is {self.link}")
        return "\n".join(lines + [line for line in (self.trouble, self.told) if line])

    __repr__ = __str__

    def _repr_html_(self):
        link = (
            "<br>This is the course's clean copy. Work in yours, which no update touches: "
            f'<a href="{escape(self.link)}">{escape(self.link)}</a>'
            if self.link
            else ""
        )
        trouble = "".join(f"<br>{escape(line)}" for line in (self.trouble, self.told) if line)
        return (
            f'<p class="cachelab-welcome">Lesson {self.lesson}: {self.solved} of {self.exercises} exercises '
            f"solved.{link}{trouble}</p>"
            f"<style>{PAGE.read_text(encoding='utf-8')}</style>"
        )


def begin(lesson: str) -> Welcome:
    """For the top of an exercise notebook: says what is solved; makes and links the learner's copy; tells a
    check that is run before its answer in a sentence."""
    early.watch()
    ids = exercise_ids(lesson)
    solved = sum(progress.read()["exercises"].get(id, {}).get("solved", False) for id in ids)
    link = trouble = ""
    try:
        copies.refresh()
        mine = copies.folder()
        if Path.cwd() != mine.resolve():
            copy = mine / f"{lesson}_exercises.ipynb"
            if copy.exists():
                link = os.path.relpath(copy, Path.cwd()).replace(os.sep, "/")
    except NotHere:
        pass
    except OSError as error:
        trouble = (
            f"No copy of your own could be made ({error}): save this notebook under another name before "
            "you edit it."
        )
    told = ""
    if classroom.is_joined():
        told = "Your class is told which you have tried and passed, not who you are: see lesson 00."
        classroom.tell()
    return Welcome(lesson, solved, len(ids), link, trouble, told)
