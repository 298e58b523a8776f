"""The usual comparison of the two caches, row by row, and what your own experiments found instead.

match = duel.Duel(valkey, memcached, EXPERIMENTS)
match.run("restart")  # runs the two experiments of this row, says and keeps what they found
match.code("restart")  # prints them
match  # the table so far; nothing in it is typed in

def in_valkey(valkey):
    ...  # talk to the server
    return duel.found("comes back empty", held={"Redis keeps its data": False})

match.run("restart", in_valkey, in_memcached)  # experiments of your own
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from textwrap import fill, wrap
from typing import Any

from cachelab.engines import Engine, EngineError

__all__ = ["USUAL", "Duel", "Experiment", "Finding", "Half", "found"]

_WIDTH = 74  # characters that a cell prints in one line, on a laptop of 1024 pixels beside a file browser

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
class Half:
    """What an experiment saw of one server, and which statements of the usual table held."""

    said: str
    held: Mapping[str, bool] = field(default_factory=dict)  # statement -> whether the experiment bore it out
    figures: Mapping[str, Any] = field(default_factory=dict)
    shown: bool = True  # False: it could not be tried here, and `said` says why


def found(said: str, held: Mapping[str, bool] | None = None, **figures: Any) -> Half:
    """What an experiment returns: what the server did, which statements held, and figures to look up."""
    return Half(said, {text: bool(value) for text, value in (held or {}).items()}, figures)


Experiment = Callable[[Engine], Half]


@dataclass(frozen=True)
class Finding:
    """A row of the table, as your experiments fill it."""

    valkey: Half
    memcached: Half

    @property
    def held(self) -> dict[str, bool]:
        """The statements of the usual table that were tried, and whether they held."""
        return {**self.valkey.held, **self.memcached.held}

    @property
    def usual(self) -> str:
        """ "right", "half right" or "wrong", perhaps "as far as shown"; "not shown" if nothing was tried."""
        held = list(self.held.values())
        if not held:
            return "not shown"
        verdict = "right" if all(held) else "half right" if any(held) else "wrong"
        return verdict if self.valkey.shown and self.memcached.shown else f"{verdict} as far as shown"

    @property
    def fell(self) -> tuple[str, ...]:
        """The statements that did not hold."""
        return tuple(statement for statement, held in self.held.items() if not held)

    @property
    def verdict(self) -> str:
        """One sentence on the usual table."""
        if not self.held:
            return "Whether the usual table is right could not be shown here."
        fell = f". This did not hold: “{'”, “'.join(self.fell)}”" if self.fell else ""
        return f"The usual table is {self.usual}{fell}."

    def __getitem__(self, name: str) -> Any:
        """A figure by its name; None if the experiment did not get to measure it."""
        return {**self.valkey.figures, **self.memcached.figures}.get(name)


class Duel:
    """The table, filled by experiments on these two engines; `experiments` has the two of each row."""

    def __init__(
        self,
        valkey: Engine,
        memcached: Engine,
        experiments: Mapping[str, tuple[Experiment, Experiment]] | None = None,
    ):
        self.engines = {"Valkey": valkey, "Memcached": memcached}
        self.findings: dict[str, Finding] = {}
        self._experiments = dict(experiments or {})

    def run(self, row: str, *experiments: Experiment) -> None:
        """Run the two experiments for this row, Valkey's and Memcached's; print and keep what they find.

        Without experiments, those last given for the row run again.
        """
        experiments = experiments or self._of(row)
        if row not in USUAL:
            raise _no_row(row)
        if len(experiments) != 2:
            raise TypeError(f"{row!r}: hand over two functions, for Valkey and for Memcached")
        self._experiments[row] = experiments
        self.findings[row] = finding = self._both(*experiments)
        print(_filled(finding.verdict))

    def run_each(self, rows: Iterable[str]) -> None:
        """Run the experiments of several rows, each under its name."""
        for row in rows:
            print(f"{row}:")
            self.run(row)
            print()

    def code(self, row: str) -> None:
        """Print the two experiments of this row, as they are run."""
        print("\n\n".join(inspect.getsource(one).rstrip() for one in self._of(row)))

    def _of(self, row: str) -> tuple[Experiment, Experiment]:
        if row not in USUAL:
            raise _no_row(row)
        if row not in self._experiments:
            raise ValueError(f"nothing has been tried for {row!r} yet: hand over two functions")
        return self._experiments[row]

    def compare(self, valkey: Experiment, memcached: Experiment) -> None:
        """Run two experiments that belong to no row, and print what they find."""
        self._both(valkey, memcached)

    def _both(self, valkey: Experiment, memcached: Experiment) -> Finding:
        return Finding(self._half("Valkey", valkey), self._half("Memcached", memcached))

    def _half(self, name: str, experiment: Experiment) -> Half:
        """On a stand-in, and where a server cannot be had, the half says what is missing."""
        engine = self.engines[name]
        print(f"{name:10} …", end="\r", flush=True)  # a sign of life; what it finds is written over it
        if not engine.is_real:
            half = _not_shown(f"it takes a real {name}, lesson 00 says how to get it")
        elif not engine.alive:
            half = _not_shown(f"this {name} is down, run the first cell again")
        else:
            try:
                half = experiment(engine)
            except EngineError as error:  # a server it wanted for itself cannot be had here
                half = _not_shown(str(error).splitlines()[0])
        if not isinstance(half, Half):
            raise TypeError(f"{experiment.__name__}() must return duel.found(...), not {half!r:.80}")
        print(_filled(f"{name:10} {half.said}"), flush=True)
        return half

    def __getitem__(self, row: str) -> Finding:
        if row not in self.findings:
            raise LookupError(f"nothing has been found for {row!r} yet: run its cell first")
        return self.findings[row]

    @property
    def score(self) -> dict[str, int]:
        """How many rows of the usual table are right, half right, wrong, not shown or not run."""
        verdicts = [self._usual(row) for row in USUAL]
        return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}

    def _usual(self, row: str) -> str:
        return self.findings[row].usual if row in self.findings else "not run"

    def _cells(self) -> list[tuple[str, str, str, str, str]]:
        rows = []
        for row, (theirs, ours) in USUAL.items():
            finding = self.findings.get(row)
            usual = f"{theirs} / {ours}"
            did = (finding.valkey.said, finding.memcached.said) if finding else ("", "")
            rows.append((row, usual, self._usual(row), *did))
        return rows

    # The verdict before the details: on a narrow page these are what has to be scrolled to.
    _columns = ("", "the usual table: Redis / Memcached", "it is", "Valkey did", "Memcached did")

    _shares = (13, 23, 14, 25, 25)  # of the width, in HTML: the same before anything is run

    def __str__(self) -> str:
        widths = (15, 26, 18, 34, 34)
        lines = []
        for cells in [self._columns, *self._cells()]:
            columns = [wrap(cell, width - 2) or [""] for cell, width in zip(cells, widths, strict=True)]
            for i in range(max(map(len, columns))):
                parts = [column[i] if i < len(column) else "" for column in columns]
                lines.append("".join(part.ljust(w) for part, w in zip(parts, widths, strict=True)).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        style = 'style="text-align:left;vertical-align:top;padding:.2em .8em .2em 0"'
        head = "".join(f'<th scope="col" {style}>{escape(name)}</th>' for name in self._columns)
        widths = "".join(f'<col style="width:{share}%">' for share in self._shares)
        body = ""
        for row, usual, verdict, *did in self._cells():
            verdict, *rest = verdict.partition(" as far")
            mark = {"right": "✓", "half right": "½", "wrong": "✗"}.get(verdict, "·")
            verdict = f'<span style="white-space:nowrap">{mark} {verdict}</span>{"".join(rest)}'
            said = "".join(f"<td {style}>{cell}</td>" for cell in (escape(usual), verdict))
            said += "".join(f"<td {style}>{_breakable(one)}</td>" for one in did)
            body += f'<tr><th scope="row" {style}>{escape(row)}</th>{said}</tr>'
        return (
            '<div style="overflow-x:auto"><table style="border-collapse:collapse;color:inherit;'
            f'table-layout:auto;width:100%;min-width:34rem;max-width:64rem">{widths}'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def _filled(text: str) -> str:
    """As lines; those after the first begin where a finding begins, behind the name of its server."""
    return fill(text, _WIDTH, subsequent_indent=" " * 11, break_on_hyphens=False)


def _breakable(text: str) -> str:
    """As HTML in which a long name, MemcacheUnknownCommandError, may break where a word of it begins: it
    would push the last column out of a narrow page, or break anywhere."""
    in_words = lambda name: re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", name[0])  # noqa: E731
    return re.sub(r"[A-Za-z]{16,}", in_words, escape(text))


def _no_row(row: str) -> ValueError:
    return ValueError(f"no row {row!r}: the usual table has {', '.join(USUAL)}")


def _not_shown(why: str) -> Half:
    return Half(f"not shown: {why}", shown=False)
