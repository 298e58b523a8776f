"""The usual comparison of the two caches, row by row, and what your own experiments found instead.

match = duel.Duel(valkey, memcached)

def restart():
    ...                                        # talk to both servers
    return duel.found(valkey="comes back empty", memcached="comes back empty",
                      held={"Valkey keeps its data": False, "Memcached loses its data": True})

match.run("restart", restart)                  # runs it and keeps the finding
match                                          # the table so far; nothing in it is typed in
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap
from typing import Any

from cachelab.engines import EngineError

__all__ = ["USUAL", "Duel", "Finding", "found"]

# What the comparison tables on the web say, in few words: row -> (Redis or Valkey, Memcached).
USUAL: dict[str, tuple[str, str]] = {
    "data types": ("strings, lists, sets, sorted sets, bitmaps", "strings only"),
    "updates": ("atomic", "read, change, write back"),
    "keys and values": ("any key, large values", "250 bytes, 1 MB"),
    "restart": ("keeps its data", "loses its data"),
    "copies": ("replicas, failover", "none"),
    "lost node": ("a replica takes over", "the cache is cold"),
    "many keys": ("pipelining", "multi-get"),
    "threads": ("one", "many"),
    "memory": ("more per item", "less per item"),
    "eviction": ("LRU", "LRU"),
    "expiry": ("milliseconds", "seconds"),
    "messages": ("publish and subscribe", "none"),
    "access": ("passwords, TLS", "none"),
}


@dataclass(frozen=True)
class Finding:
    """What one experiment saw of both servers, and which statements of the usual table held."""

    valkey: str
    memcached: str
    held: Mapping[str, bool]  # statement of the usual table -> whether the experiment bore it out
    figures: Mapping[str, Any] = field(default_factory=dict)
    row: str = ""

    @property
    def usual(self) -> str:
        """ "right", "half right" or "wrong"; "not shown" where nothing could be tried."""
        held = list(self.held.values())
        if not held:
            return "not shown"
        return "right" if all(held) else "half right" if any(held) else "wrong"

    @property
    def fell(self) -> tuple[str, ...]:
        """The statements that did not hold."""
        return tuple(statement for statement, held in self.held.items() if not held)

    def __getitem__(self, name: str) -> Any:
        """A figure by its name; None if the experiment did not get to measure it."""
        return self.figures.get(name)

    def __str__(self) -> str:
        lines = [f"Valkey     {self.valkey}", f"Memcached  {self.memcached}"]
        if self.held:
            fell = f": not so is “{'”, “'.join(self.fell)}”" if self.fell else ""
            lines.append(f"The usual table is {self.usual}{fell}.")
        return "\n".join(lines)

    __repr__ = __str__


def found(*, valkey: str, memcached: str, held: Mapping[str, bool], **figures: Any) -> Finding:
    """What an experiment returns: what each server did, which statements held, and figures to look up."""
    return Finding(valkey, memcached, {text: bool(value) for text, value in held.items()}, figures)


class Duel:
    """The table, filled by experiments. `needs` are the engines that must be real for them to count."""

    def __init__(self, *needs):
        self.needs = needs
        self.findings: dict[str, Finding] = {}
        self._experiments: dict[str, Callable[[], Finding]] = {}

    def run(self, row: str, experiment: Callable[[], Finding] | None = None) -> Finding:
        """Run the experiment for this row (the last one given for it, if none) and keep what it finds.

        On a stand-in, or where a server it starts cannot be had, the finding says what is missing.
        """
        if row not in USUAL:
            raise ValueError(f"no row {row!r}: the usual table has {', '.join(USUAL)}")
        experiment = experiment or self._experiments.get(row)
        if experiment is None:
            raise ValueError(f"nothing has been tried for {row!r} yet: run its cell, or hand over a function")
        self._experiments[row] = experiment
        if missing := [engine.badge for engine in self.needs if not engine.is_real]:
            said = f"not shown: {missing[0].split(' · ')[0]} (lesson 00 says how to get the real server)"
            finding = Finding(said, said, {}, row=row)
        else:
            try:
                told = experiment()
            except EngineError as error:  # one of the servers it wanted for itself cannot be had here
                said = f"not shown: {str(error).splitlines()[0]}"
                told = Finding(said, said, {})
            if not isinstance(told, Finding):
                raise TypeError(f"{experiment.__name__}() must return duel.found(...), not {told!r:.80}")
            finding = Finding(told.valkey, told.memcached, told.held, told.figures, row)
        self.findings[row] = finding
        return finding

    def __getitem__(self, row: str) -> Finding:
        return self.findings[row]

    @property
    def score(self) -> dict[str, int]:
        """How many rows of the usual table are right, half right, wrong, not shown or not run."""
        verdicts = [self._usual(row) for row in USUAL]
        return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}

    def _usual(self, row: str) -> str:
        return self.findings[row].usual if row in self.findings else "not run"

    def _cells(self) -> list[tuple[str, str, str, str]]:
        rows = []
        for row, (theirs, ours) in USUAL.items():
            finding = self.findings.get(row)
            usual = f"{theirs} / {ours}"
            rows.append((row, usual, *((finding.valkey, finding.memcached) if finding else ("", ""))))
        return rows

    _columns = ("", "the usual table: Redis / Memcached", "Valkey did", "Memcached did", "the usual table is")

    def __str__(self) -> str:
        widths = (15, 26, 34, 34, 18)
        lines = []
        for cells in [self._columns] + [(*cells, self._usual(cells[0])) for cells in self._cells()]:
            columns = [wrap(cell, width - 2) or [""] for cell, width in zip(cells, widths, strict=True)]
            for i in range(max(map(len, columns))):
                parts = [column[i] if i < len(column) else "" for column in columns]
                lines.append("".join(part.ljust(w) for part, w in zip(parts, widths, strict=True)).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        style = 'style="text-align:left;vertical-align:top;padding:.2em 1.2em .2em 0"'
        head = "".join(f'<th scope="col" {style}>{escape(name)}</th>' for name in self._columns)
        body = ""
        for row, *cells in self._cells():
            usual, said = self._usual(row), "".join(f"<td {style}>{escape(cell)}</td>" for cell in cells)
            mark = {"right": "○", "half right": "◐", "wrong": "✕"}.get(usual, "·")
            body += f'<tr><th scope="row" {style}>{escape(row)}</th>{said}'
            body += f'<td {style}><span style="white-space:nowrap">{mark} {usual}</span></td></tr>'
        return (
            '<div style="overflow-x:auto"><table style="border-collapse:collapse;color:inherit">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
