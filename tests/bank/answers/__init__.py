"""Answers to the exercises, each named after its mistake, with the verdict and the words it must get.

A file NN_k/name.py answers exercise NN.k with functions (or values) of the names that the exercise asks
for. It begins

    # verdict: incorrect            or broken, not attempted, correct
    # says: a regular expression    found in the message or the evidence; several such lines must all be found
"""

import linecache
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Answer:
    path: Path

    @property
    def id(self) -> str:
        return self.path.parent.name.replace("_", ".")

    @property
    def verdict(self) -> str:
        return self._header("verdict")[0]

    @property
    def says(self) -> list[str]:
        return self._header("says")

    def names(self) -> dict:
        """Everything the file defines."""
        source = self.path.read_text(encoding="utf-8")
        linecache.checkcache(str(self.path))
        names = {"__name__": self.path.stem}
        exec(compile(source, str(self.path), "exec"), names)
        return names

    def _header(self, field: str) -> list[str]:
        return re.findall(rf"^# {field}: (.+)$", self.path.read_text(encoding="utf-8"), re.M)

    def __str__(self):
        return f"{self.path.parent.name}/{self.path.stem}"


def answers(id: str | None = None) -> list[Answer]:
    """Every answer in the bank, or those to one exercise."""
    found = (Answer(path) for path in sorted(FOLDER.glob("[0-9]*/*.py")))
    return [answer for answer in found if id in (None, answer.id)]
