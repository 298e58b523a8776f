"""What a check hands back: a verdict that explains itself in a notebook, a terminal and a screen reader."""

import importlib
from dataclasses import dataclass, field, replace
from html import escape

from cachelab.learner.words import show

# Who draws a schedule. By its name, and only when somebody looks: pictures stand on verdicts, never the other
# way round.
PICTURES = "cachelab.widgets.race"

NOT_ATTEMPTED, INCORRECT, CORRECT, BROKEN = "not attempted", "incorrect", "correct", "broken"

# Each status has its own word, its own mark in text and its own outline in HTML, so that colour adds nothing
# a reader could miss.
MARKS = {NOT_ATTEMPTED: "( )", INCORRECT: "(x)", CORRECT: "(ok)", BROKEN: "(!)"}
COLOURS = {NOT_ATTEMPTED: "#6e7781", INCORRECT: "#b35900", CORRECT: "#1a7f37", BROKEN: "#c2255c"}
SHAPES = {
    NOT_ATTEMPTED: '<circle cx="12" cy="12" r="9"/>',
    INCORRECT: '<path d="M12 3 22 21H2Z"/><path d="M12 10v5M12 17.6v.8"/>',
    CORRECT: '<circle cx="12" cy="12" r="9"/><path d="m8 12.5 3 3 5.500-6.500"/>',
    BROKEN: '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8Z"/><path d="m9 9 6 6m0-6-6 6"/>',
}


@dataclass(frozen=True)
class Text:
    """Evidence that is read line by line: a schedule, what the code printed."""

    caption: str
    text: str

    def __str__(self):
        return f"{self.caption}:\n" + "\n".join("  " + line for line in self.text.splitlines())

    def _repr_html_(self):
        return (
            f'<figure style="margin:.6em 0 0"><figcaption '
            f'style="font-weight:600">{escape(self.caption)}</figcaption>'
            f'<pre tabindex="0" style="margin:.2em 0 '
            "0;overflow-x:auto;white-space:pre;max-height:24em;background:transparent;"
            f'color:inherit;padding:0">{escape(self.text)}</pre></figure>'
        )


@dataclass(frozen=True)
class Table:
    """Evidence that is compared row by row: what was asked, what came back."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple, ...]

    def cells(self) -> list[list[str]]:
        return [[show(cell) if not isinstance(cell, str) else cell for cell in row] for row in self.rows]

    def __str__(self):
        rows = [list(self.columns), *self.cells()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.columns))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return f"{self.caption}:\n" + "\n".join("  " + line for line in lines)

    def _repr_html_(self):
        look = (
            "text-align:left;vertical-align:top;padding:.1em 1em .1em 0;border-bottom:1px solid #8886;"
            "background:transparent"
        )

        def cell(text: str) -> str:  # where there is little room, what is long wraps first
            return f'style="{look}{";white-space:nowrap" if len(text) < 15 else ""}"'

        head = "".join(f'<th scope="col" {cell(name)}>{escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr style="background:transparent">'
            f"{''.join(f'<td {cell(text)}>{escape(text)}</td>' for text in row)}</tr>"
            for row in self.cells()
        )
        return (
            '<div style="overflow-x:auto;margin:.6em 0 0"><table '
            'style="border-collapse:collapse;color:inherit;margin:0">'
            "<caption "
            f'style="text-align:left;font-weight:600;color:inherit;padding:0">{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


@dataclass(frozen=True)
class Schedule(Table):
    """A race: a table in text, in a notebook a diagram to step through, with the line of each step lit."""

    scene: dict = field(default_factory=dict)  # as races.telling.scene makes it

    def _repr_html_(self):
        caption = f'<p style="margin:.6em 0 0;font-weight:600">{escape(self.caption)}</p>'
        return caption + importlib.import_module(PICTURES).drawn(self.scene, str(self))


def coloured(source: str) -> str:
    """Python source as HTML, in the colours that JupyterLab's editor has just now."""
    from pygments.lexers import PythonLexer  # IPython brings it, and only a notebook asks for HTML
    from pygments.token import Comment, Keyword, Number, String

    looks = {Comment: "comment", Keyword: "keyword", Number: "number", String: "string"}
    pieces = []
    for kind, text in PythonLexer().get_tokens(source):
        look = next((look for group, look in looks.items() if kind in group), None)
        style = f' style="color:var(--jp-mirror-editor-{look}-color,inherit)"' if look else ""
        pieces.append(f"<span{style}>{escape(text)}</span>" if look else escape(text))
    return "".join(pieces)


@dataclass(frozen=True)
class Note:
    """A hint or a solution: text that reads the same in a notebook and in a terminal."""

    title: str
    text: str
    source: str = field(default="")  # Python source, shown as it is

    def __str__(self):
        return "\n\n".join(part for part in (f"{self.title}\n  {self.text}", self.source) if part)

    __repr__ = __str__

    def folded(self) -> str:
        """HTML that shows the title, and the rest on a click: what stands above it stays."""
        source = f'<pre tabindex="0" style="overflow-x:auto;white-space:pre">{coloured(self.source)}</pre>'
        return (
            f'<details style="margin:.4em 0 0"><summary style="cursor:pointer">{escape(self.title)}</summary>'
            f'<p style="margin:.2em 0 0;white-space:pre-wrap">{code(self.text)}</p>'
            f"{source if self.source else ''}</details>"
        )

    def _repr_html_(self):
        source = (
            f'<pre tabindex="0" style="margin:.5em 0 '
            '0;overflow-x:auto;white-space:pre;background:transparent;color:inherit">'
            f"{coloured(self.source)}</pre>"
            if self.source
            else ""
        )
        return (
            f'<section aria-label="{escape(self.title)}" style="border:1px solid #8886;border-left:.4em '
            "solid #0969da;"
            'border-radius:4px;padding:.6em 1em;margin:.3em 0;max-width:62em;line-height:1.45;color:inherit">'
            f'<p style="margin:0;font-weight:600">{escape(self.title)}</p>'
            f'<p style="margin:.2em 0 0;white-space:pre-wrap">{code(self.text)}</p>{source}</section>'
        )


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check.

    status: "not attempted", "incorrect", "correct" or "broken".
    story: (label, text) pairs: what was called, what happened, what was expected, what to think about.
    evidence: `Text` and `Table` objects.
    """

    status: str
    story: tuple[tuple[str, str], ...]
    evidence: tuple = ()
    title: str = ""  # "04.1 One trip on a hit"
    then: str = ""  # what the learner may call next
    notes: tuple["Note", ...] = ()  # hints, the gentlest first, and the solution: each opens on the verdict

    @property
    def message(self) -> str:
        """The story as plain text, one line a part."""
        return "\n".join(f"{label}: {text}" if label else text for label, text in self.story)

    def __bool__(self):
        return self.status == CORRECT

    def __str__(self):
        lines = [f"{MARKS[self.status]} {self.title}: {self.status}".replace(" :", "")]
        width = max((len(label) for label, _ in self.story), default=0)
        for label, text in self.story:
            first, *rest = text.splitlines() or [""]
            lines.append("  " + (f"{label.ljust(width)}  " if width else "") + first)
            lines += [" " * (width + 4 if width else 2) + line for line in rest]
        lines += ["  " + line for item in self.evidence for line in str(item).splitlines()]
        return "\n".join(lines + ([f"  {self.then}"] if self.then else []))

    __repr__ = __str__

    def _repr_html_(self):
        colour = COLOURS[self.status]
        rows = "".join(
            '<div style="display:flex;gap:.8em;flex-wrap:wrap">'
            f'<dt style="flex:0 0 6.5em;font-weight:600;margin:0">{escape(label)}</dt>'
            '<dd style="flex:1 1 22em;margin:0;white-space:pre-wrap;overflow-wrap:anywhere">'
            f"{line_code(text) if label == 'Where' else code(text)}</dd></div>"
            for label, text in self.story
            if label
        )
        story = f'<dl style="margin:0">{rows}</dl>' if rows else ""
        for text in (text for label, text in self.story if not label):
            story += f'<p style="margin:0;white-space:pre-wrap">{code(text)}</p>'
        evidence = "".join(item._repr_html_() for item in self.evidence)
        then = f'<p style="margin:.6em 0 0">{code(self.then)}</p>' if self.then else ""
        then += "".join(note.folded() for note in self.notes)
        return (
            f'<section aria-label="{escape(self.title)}: {self.status}" style="border:1px '
            f"solid #8886;border-left:.4em solid {colour};border-radius:4px;padding:.6em 1em;margin:.3em "
            "0;max-width:62em;"
            'line-height:1.45;color:inherit;background:transparent">'
            '<div role="status">'
            '<p style="margin:0 0 .3em;font-weight:600;display:flex;align-items:center;gap:.5em">'
            f'<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="{colour}" '
            'stroke-width="2.4" '
            f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{SHAPES[self.status]}</svg>'
            f"<span>{escape(self.title)}{': ' if self.title else ''}{self.status}</span></p>"
            f"{story}</div>{evidence}{then}</section>"
        )

    def plus(self, *evidence) -> "Verdict":
        return replace(self, evidence=self.evidence + evidence)


class Settled(Exception):
    """Raised by a check as soon as it knows the verdict."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.message)
        self.verdict = verdict


def incorrect(
    called: str, happened: str, expected: str, think: str = "", *evidence, line: str = ""
) -> Settled:
    """The answer ran and did the wrong thing, at the learner's `line` if one can be named."""
    story = [
        ("Called", called),
        ("Happened", happened),
        ("Where", line),
        ("Expected", expected),
        ("Think", think),
    ]
    return Settled(Verdict(INCORRECT, tuple(part for part in story if part[1]), evidence))


def broken(called: str, happened: str, line: str = "", think: str = "", *evidence) -> Settled:
    """The answer did not run to an end; `line` is the learner's own line, number and text."""
    story = [("Called", called), ("Happened", happened), ("Where", line), ("Think", think)]
    return Settled(Verdict(BROKEN, tuple(part for part in story if part[1]), evidence))


def not_attempted(what: str) -> Settled:
    return Settled(Verdict(NOT_ATTEMPTED, (("", what),)))


COULD_NOT_RUN = "This check could not run"


def could_not_run(why: str) -> Verdict:
    """Nothing was found out about the answer, through no fault of its own."""
    return Verdict(
        NOT_ATTEMPTED,
        (("", f"{COULD_NOT_RUN}: {why}. That says nothing about your answer; run it again."),),
    )


def code(text: str) -> str:
    """Escape for HTML and set `quoted` parts as code."""
    parts = escape(text, quote=False).split("`")
    if (
        len(parts) % 2 == 0
    ):  # an odd number of backquotes: somebody's value holds one, so leave them all alone
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def line_code(text: str) -> str:
    """Set "line 7: return x" with its source as code."""
    line, colon, source = text.partition(": ")
    return f"{escape(line)}{colon}<code>{escape(source)}</code>" if source else escape(text)
