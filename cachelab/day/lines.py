"""Lines of a score, and levels: each line is passed or not, and a level is all of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

LEVELS = ("bronze", "silver", "gold")
LESSONS = {
    "01": ("why cache", "01_why_cache"),
    "03": ("provision with boto3", "03_provision_with_boto3"),
    "04": ("cache-aside", "04_cache_aside"),
    "05": ("invalidation races", "05_invalidation_races"),
    "06": ("expiry and eviction", "06_expiry_and_eviction"),
    "07": ("stampedes and hot keys", "07_stampedes_and_hot_keys"),
    "08": ("outages and failover", "08_outages_and_failover"),
}


class Limit(NamedTuple):
    """What is demanded of an incident: `what` is a figure of Phase, and at most `most` is allowed."""

    what: str
    most: float
    teaches: str  # the lesson and its section, such as "04.5"
    waiting: str = ""  # … that teaches it if customers waited, and not for the database


@dataclass(frozen=True)
class Line:
    """One line of the score. `detail` is what was seen, in a few words."""

    level: str
    incident: str
    what: str
    value: float
    limit: float
    teaches: str
    detail: str = ""

    @property
    def name(self) -> str:
        return f"{self.incident}: {self.what}"

    @property
    def passed(self) -> bool:
        return self.value <= self.limit

    def cells(self) -> tuple[str, ...]:
        """incident, what, yours, limit, the lesson and the section that teach it."""
        yours, limit = shown(self.what, self.value), shown(self.what, self.limit)
        return self.incident, self.what, yours, limit, taught(self.teaches)


def taught(where: str) -> str:
    """The lesson and section of "04.5" in words: 04, section 5."""
    return where.replace(".", ", section ")


def taught_in(where: str) -> str:
    """The same as the end of a sentence: lesson 04, cache-aside, section 5."""
    lesson, _, section = where.partition(".")
    return f"lesson {lesson}, {LESSONS[lesson][0]}, section {section}"


def shown(what: str, value: float) -> str:
    """A figure in its unit."""
    if what in ("failed", "failed afterwards", "slow"):
        return f"{value:.1%}"
    if what == "half of the reads within":
        return f"{value * 1e3:.1f} ms"
    if what == "dollars a month":
        return f"USD {value:,.0f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:.2f}"


@dataclass(frozen=True)
class Score:
    """The lines of one or more judges."""

    lines: tuple[Line, ...]
    phases: tuple = ()

    @property
    def failed(self) -> list[Line]:
        return [line for line in self.lines if not line.passed]

    def holds(self, level: str) -> bool:
        """Whether there are lines of this level and all of them, and of the levels below, are passed."""
        upto = LEVELS[: LEVELS.index(level) + 1]
        mine = [line for line in self.lines if line.level in upto]
        return {line.level for line in mine} == set(upto) and all(line.passed for line in mine)

    @property
    def level(self) -> str | None:
        """The highest level that is reached; None if not even bronze."""
        return next((level for level in reversed(LEVELS) if self.holds(level)), None)

    def __add__(self, other: Score) -> Score:
        return Score(self.lines + other.lines, self.phases + other.phases)

    def __str__(self) -> str:
        rows = [("", "incident", "what", "yours", "at most", "taught in")]
        for line in self.lines:
            rows.append(("ok" if line.passed else "FAILED", *line.cells()))
        widths = [max(len(row[i]) for row in rows) for i in range(6)]
        text = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        seen = [f"  {line.incident}: {line.detail}" for line in self.failed if line.detail]
        return "\n".join([*text, "", *dict.fromkeys(seen), self.summary()])

    def _repr_html_(self) -> str:
        look = (
            "text-align:left;vertical-align:top;padding:.2em .6em .2em 0;background:transparent;"
            "border-bottom:1px solid #8884"
        )

        def cell(text: str) -> str:  # where there is little room, what is long wraps first
            return f'style="{look}{";white-space:nowrap" if len(text) < 15 else ""}"'

        names = ("", "incident", "what", "yours", "at most", "taught in")
        head = "".join(f'<th scope="col" {cell(name)}>{name}</th>' for name in names)
        rows = ""
        for line in self.lines:
            mark = "ok" if line.passed else "<b>FAILED</b>"
            cells = "".join(f"<td {cell(text)}>{escape(text)}</td>" for text in line.cells())
            rows += f'<tr style="background:transparent"><td {cell("")}>{mark}</td>{cells}</tr>'
        seen = [f"{line.incident}: {line.detail}" for line in self.failed if line.detail]
        said = "".join(f"<li>{escape(text)}</li>" for text in dict.fromkeys(seen))
        return (
            f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="Score">'
            f'<table style="border-collapse:collapse;color:inherit;margin:0"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>{f'<ul>{said}</ul>' if said else ''}"
            f"<p><b>{escape(self.summary())}</b></p>"
        )

    def summary(self) -> str:
        passed = len(self.lines) - len(self.failed)
        return f"{passed} of {len(self.lines)} lines; level: {self.level or 'none'}"
