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
    return Agenda(title, tuple(rows), tuple(_checkpoints(text, first or 0)))


def _checkpoints(text: str, first: int):
    """ "**You should be here:** 0:20 this · 0:40 that." """
    here = re.search(r"\*\*You should be here:\*\*(.*?)(?:\n\n|\Z)", text, flags=re.DOTALL)
    for part in " ".join(here[1].split()).split(" · ") if here else ():
        if found := re.match(r"(\d+):(\d\d) (.+)", part.strip()):
            hours, minutes, said = found.groups()
            yield int(hours) * 60 + int(minutes) - first, f"{hours}:{minutes}", _plain(said)


def _plain(text: str) -> str:
    """Markdown as text."""
    return re.sub(r"[*`]", "", _LINK.sub(r"\1", text))
