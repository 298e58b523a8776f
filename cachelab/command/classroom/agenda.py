"""The workshop's agendas, as they are written: what is due when."""

import re
from dataclasses import dataclass
from pathlib import Path

_ROW = re.compile(r"\|\s*(\d+):(\d\d)\s*\|\s*(\d+)\s*\|\s*(.+?)\s*\|\s*")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_NOTEBOOK = re.compile(r"\.\./(notebooks|exercises)/(\w+?)_\w+\.ipynb")


@dataclass(frozen=True)
class Row:
    """One line: `starts` in minutes from the beginning, `minutes` it takes, what is done in it."""

    at: str  # as it is written: "0:33", "13:26"
    starts: int
    minutes: int
    text: str
    about: frozenset[tuple[str, str]]  # ("notebooks", "04"), ("exercises", "04")


@dataclass(frozen=True)
class Agenda:
    name: str
    rows: tuple[Row, ...]
    checkpoints: tuple[tuple[int, str, str], ...]  # minutes from the beginning, as written, what
    late: str  # what to leave out, and when
    first: int  # minutes since midnight, or 0, at which it begins as it is written

    def clock(self, minutes: float) -> str:
        """So many minutes from the beginning, as the agenda writes it: "0:33", "13:26"."""
        hours, minutes = divmod(self.first + int(minutes), 60)
        return f"{hours}:{minutes:02}"

    def minutes(self, clock: str) -> int:
        """Minutes from the beginning at which it is `clock`. ValueError for what is none in the agenda."""
        found = re.fullmatch(r"(\d{1,2}):([0-5]\d)", clock.strip(), re.ASCII)
        minutes = int(found[1]) * 60 + int(found[2]) - self.first if found else -1
        if not 0 <= minutes < 24 * 60:
            raise ValueError(f"{clock!r} is no time of this agenda, which begins at {self.clock(0)}")
        return minutes

    @property
    def lessons(self) -> list[str]:
        return sorted({lesson for row in self.rows for _, lesson in row.about})


def agendas(folder: Path) -> dict[str, Agenda]:
    """Those of a folder, by the name one types: "half_day", or "90_minutes:2" for the second on a page."""
    found = {}
    for file in sorted(folder.glob("agenda_*.md")):
        name = file.stem.removeprefix("agenda_")
        parts = re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        read = [agenda for agenda in map(_read, parts) if agenda.rows]
        for number, agenda in enumerate(read, 1):
            found[name if number == 1 else f"{name}:{number}"] = agenda
    return found


def _read(text: str) -> Agenda:
    rows, first, title = [], None, _plain(text.partition("\n")[0].strip("# "))
    for line in text.splitlines():
        if found := _ROW.fullmatch(line.strip()):
            hours, minutes, takes, said = found.groups()
            time = int(hours) * 60 + int(minutes)
            first = time if first is None else first
            about = frozenset(_NOTEBOOK.findall(said))
            rows.append(Row(f"{hours}:{minutes}", time - first, int(takes), _plain(said), about))
    points, late = _checkpoints(text, first or 0)
    return Agenda(title, tuple(rows), points, late, first or 0)


def _checkpoints(text: str, first: int) -> tuple[tuple[tuple[int, str, str], ...], str]:
    """ "**You should be here:** 0:20 this · 0:40 that. Late at 0:40: leave this out." """
    points, late = [], ""
    here = re.search(r"\*\*You should be here:\*\*(.*?)(?:\n\n|\Z)", text, flags=re.DOTALL)
    for part in " ".join(here[1].split()).split(" · ") if here else ():
        if found := re.match(r"(\d+):(\d\d) (.+)", part.strip()):
            hours, minutes, said = found.groups()
            said, _, late = _plain(said).partition(". ")
            points.append((int(hours) * 60 + int(minutes) - first, f"{hours}:{minutes}", said))
    return tuple(points), late


def _plain(text: str) -> str:
    """Markdown as text."""
    return re.sub(r"[*`]", "", _LINK.sub(r"\1", text))
