"""Where a learner stopped in a lesson: noted as cells run, and told by the first one, the next evening.

It needs no line in a lesson: a server names the notebook to its kernel, and `cachelab.widgets` is imported at
the top of each. In another notebook, such as one of exercises, a script or a test nothing happens.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

import traitlets

from cachelab.checks import progress
from cachelab.checks.course import source

from .base import Base

__all__ = ["Place", "Stopped", "watch"]

APART = 0.5  # seconds after the end of a cell: the next one was not waiting in a row of all cells


class Place:
    """The place in one lesson, told once; `ran` moves it. `sections` is {cell's id: heading above it}."""

    def __init__(self, lesson: str, sections: dict[str, str]):
        self.lesson, self._sections = lesson, sections
        self._left: str | None = sections.get(progress.stopped(lesson) or "")
        self._sent = self._took = float("-inf")

    def ran(self, cell: str, sent: float, took: float) -> None:
        """A cell has run: when the page sent it, by the page's clock, and how long it ran, in seconds.

        What stands before the first section is no place. Nor are cells that a learner ran in one go: their
        page sends the second while the first one runs.
        """
        in_a_row = sent - self._sent < self._took + APART
        self._sent, self._took = sent, took
        if cell in self._sections and not in_a_row:
            progress.stop_at(self.lesson, cell)

    def told(self) -> str:
        """The heading of the section where this learner stopped; "" if it was told, or there is none."""
        left, self._left = self._left, None
        return left or ""


class Stopped(Base):
    """Says where a learner stopped, with a link to that section."""

    heading = traitlets.Unicode().tag(sync=True)
    then = traitlets.Unicode(
        "There, Run → Run All Above Selected Cell runs what it needs. "
        "Your guesses and benches are as you left them."
    ).tag(sync=True)

    def __init__(self, heading: str):
        super().__init__(heading=heading, label="Where you stopped")

    def text(self) -> str:
        return f"Last time you stopped at {self.heading}. {self.then}"


def sections(notebook: Path) -> dict[str, str]:
    """{cell's id: the heading of its section, as the page shows it}, of what stands below a heading."""
    found, heading = {}, ""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for line in "".join(cell["source"]).splitlines() if cell["cell_type"] == "markdown" else ():
            if line.startswith("## "):
                heading = re.sub(r"[*`]", "", line[3:]).strip()
        if heading:
            found[cell["id"]] = heading
    return found


def watch() -> None:
    """From now on note the place in this notebook, if it is a lesson that a learner has open."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    opened = Path(os.environ.get("JPY_SESSION_NAME", ""))  # a server's word for the notebook's path
    try:
        name = re.sub(
            r"-updated(-\d+)?(?=\.ipynb$)", "", opened.name
        )  # a corrected lesson beside an edited one
        theirs = source.course("notebooks") / name
        of_exercises = opened.parent.name == "exercises"  # they are called as their lessons are
        if shell is None or of_exercises or not theirs.is_file():
            return
        place = Place(theirs.stem, sections(theirs))
    except (source.NotHere, OSError, ValueError, KeyError):
        return
    if heading := place.told():  # now: what the cell itself prints may be a page long
        from IPython.display import display

        display(Stopped(heading))
    began = time.monotonic()

    def before(_) -> None:
        nonlocal began
        began = time.monotonic()

    def after(result) -> None:
        sent = shell.get_parent().get("header", {}).get("date") if hasattr(shell, "get_parent") else None
        if sent is None or not result.info.store_history:
            return
        place.ran(getattr(result.info, "cell_id", None) or "", sent.timestamp(), time.monotonic() - began)

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
