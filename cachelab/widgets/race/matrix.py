"""The map of strategies against faults; each cell opens the race behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

import traitlets

from cachelab.learner.words import counted
from cachelab.races import Report, matrix
from cachelab.races.telling.scene import report_scene
from cachelab.widgets.base import Base

__all__ = ["Matrix", "race_matrix"]

FRESH = "linearizable"
WORDS = {
    ".": "no violation",
    "t": "stale until the TTL",
    "X": "stale for good",
    "K": "stuck",
    "d": "dirty read",
    "yes": "yes",
    "no": "no",
}


_LEGEND = ", ".join(f"{letter} {WORDS[letter]}" for letter in "tXKd")


class Matrix(Base):
    """A grid of verdicts. Made by `race_matrix`."""

    parts = ("race/sequence.js", "race/stepper.js", "race/sequence.css")
    rows = traitlets.List(help="[{name, cells: [{verdicts, words}]}]").tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.List(traitlets.Int(), help="row and column of the open cell, or empty").tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)
    scene = traitlets.Dict(help="the race of the open cell, or empty").tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, verdicts: Mapping[str, Mapping[str, str]]):
        columns = list(next(iter(verdicts.values())))
        super().__init__(
            label="Strategies against faults",
            columns=columns,
            rows=[
                {"name": name, "cells": [_cell(row.get(column, "")) for column in columns]}
                for name, row in verdicts.items()
            ],
        )
        self._verdicts = verdicts
        self.report: Report | None = None
        self.on_msg(lambda _widget, message, _buffers: self._asked(message))

    def show_cell(self, strategy: str, column: str) -> Report:
        """Explores a cell, shows its shortest violation, and returns the report that settled it."""
        names, columns = list(self._verdicts), list(self.columns)
        if strategy not in names or column not in columns:
            raise ValueError(f"no cell {strategy!r} under {column!r}: rows {names}, columns {columns}")
        self.chosen = [names.index(strategy), columns.index(column)]
        if not matrix.applies(matrix.by_name(strategy), matrix.COLUMNS.get(column)):
            raise ValueError(f"{strategy}, {column}: memcached has no replica to fail over to")
        self.said = f"Exploring {strategy}, {column} …"
        report, size, kind, schedules = _settle(strategy, column)
        self.report = report
        with self.hold_sync():
            self.scene = report_scene(report, kind) if kind else {}
            self.step = len(self.scene.get("steps", ()))
            if kind:
                who = f"{counted(size[0], 'reader')} and {counted(size[1], 'writer')}"
                verdict = f"broken by {who} in {counted(self.step, 'step')}."
            else:
                verdict = f"no violation within these bounds, in {counted(schedules, 'schedule')}."
            self.said = f"{strategy}, {column}: {verdict}"
        return report

    def text(self) -> str:
        wide = max(len(row["name"]) for row in self.rows)
        lines = [" " * wide + "  " + "  ".join(self.columns)]
        for row in self.rows:
            pairs = zip(row["cells"], self.columns, strict=True)
            cells = "  ".join(cell["verdict"].ljust(len(column)) for cell, column in pairs)
            lines.append(f"{row['name'].ljust(wide)}  {cells}".rstrip())
        lines.append("with two clients/with three: . no violation within the bounds, " + _LEGEND)
        if self.report is not None:
            lines += [self.said, self.report.table()]
        return "\n".join(lines)

    def _asked(self, message: Any) -> None:
        row, column = message.get("row"), message.get("column")
        if row not in range(len(self.rows)) or column not in range(len(self.columns)):
            return
        if self.rows[row]["cells"][column]["parts"]:
            self.show_cell(self.rows[row]["name"], self.columns[column])


def _settle(strategy: str, column: str) -> tuple[Report, tuple[int, int], str | None, int]:
    """The first report that breaks a strategy, its numbers of clients, what it breaks; or the last of all."""
    kinds = ("fresh",) if column == FRESH else ("X", "t", "K", "dirty")
    sizes = matrix.LINEARIZABLE if column == FRESH else (*matrix.TWO, *matrix.THREE)
    schedules = 0
    for size, report in matrix.reports(matrix.by_name(strategy), matrix.COLUMNS.get(column), sizes):
        schedules += report.schedules
        for kind in kinds:
            if kind in report.violations:
                return report, size, kind, schedules
    return report, size, None, schedules


def _cell(verdict: str) -> dict:
    """How a verdict such as "./X" or "XK" looks and reads."""
    parts = list(dict.fromkeys(verdict.split("/"))) if verdict not in ("yes", "no") else [verdict]
    return {"verdict": verdict, "parts": [{"mark": part, "words": _words(part)} for part in parts if part]}


def _words(part: str) -> str:
    return WORDS[part] if part in WORDS else ", ".join(WORDS[letter] for letter in part)


def race_matrix(strategies: Iterable[str] | None = None) -> Matrix:
    """The strategy matrix; a click on a cell explores it and shows the shortest race.

    strategies: the names of the rows wanted, in the order wanted; all of them by default.
    """
    table = matrix.table()
    names = list(table) if strategies is None else list(strategies)
    for name in names:
        matrix.by_name(name)
    return Matrix({name: table[name] for name in names})
