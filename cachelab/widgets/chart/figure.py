"""What a chart says, without the drawing: axes, series, marks. Plain Python; `chart.py` shows it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Self

from ..quantity import quantity

__all__ = ["Figure"]

Scale = Literal["linear", "log"]
COLOURS = ("blue", "orange", "green", "pink", "amber", "sky", "grey")
SHAPES = ("dot", "cross", "diamond", "ring", "square", "triangle")


class Figure:
    """Axes, and named series and marks on them. Each method that draws returns the figure.

    x, y            what the axes measure; x_unit, y_unit: "s", "%" (values are fractions), "B", "$" or any
                    word, see `quantity`
    x_scale, …      "linear" or "log"; a log axis leaves out what is not above zero
    x_range, …      (low, high), or None to fit the data
    height          of the plot in pixels; rows take the height they need
    rows            names of rows in the order wanted, for what has rows: timelines, and bars and points over
                    names instead of numbers, which lie on their side
    flags           rows of room for the names of markers that are still to come
    colors          of series that come later, by name; one that is not named gets a free one
    margins         (left, right) of the plot in pixels, for charts that stand above each other and share x;
                    names then stand in a legend, not beside the curves
    NaN and infinities are gaps.
    """

    def __init__(
        self,
        title: str = "",
        *,
        x: str = "",
        y: str = "",
        x_unit: str = "",
        y_unit: str = "",
        x_scale: Scale = "linear",
        y_scale: Scale = "linear",
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
        height: int = 220,
        rows: Iterable[str] = (),
        margins: tuple[int, int] | None = None,
        flags: int = 0,
        colors: Mapping[str, str] | None = None,
    ):
        self.title, self.height, self.rows = title, height, [str(row) for row in rows]
        self.margins, self.flags, self._colors = margins, flags, colors or {}
        self.x = _axis("x", x, x_unit, x_scale, x_range)
        self.y = _axis("y", y, y_unit, y_scale, y_range)
        self._series: dict[str, dict] = {}
        self._marks: dict[str, dict] = {}

    # What to draw

    def line(self, name: str, x=(), y=(), *, color: str | None = None) -> Self:
        """A curve through the points."""
        return self._add(name, "line", x, y, color)

    def step(self, name: str, x=(), y=(), *, color: str | None = None) -> Self:
        """A value that holds until the next point."""
        return self._add(name, "step", x, y, color)

    def points(self, name: str, x=(), y=(), *, color: str | None = None, shape: str | None = None) -> Self:
        """Marks without a line; `shape` is one of "dot", "cross", "diamond", "ring", "square", "triangle"."""
        _one_of("shape", shape, SHAPES)
        return self._add(name, "points", x, y, color, shape)

    def bars(self, name: str, x=(), y=(), *, color: str | None = None) -> Self:
        """Bars over numbers, or over names (they then lie on their side with their value at the end)."""
        return self._add(name, "bars", x, y, color)

    def spans(self, name: str, spans: Iterable[Sequence] = (), *, color: str | None = None) -> Self:
        """A timeline: `spans` are (lane, start, end) or (lane, start, end, text); one row a lane."""
        return self._add(name, "spans", spans, None, color)

    def marker(self, name: str, at: float | None = None) -> Self:
        """A labelled vertical line at x = `at`; None hides it until an update."""
        return self._mark(name, "x", at)

    def threshold(self, name: str, at: float | None = None) -> Self:
        """A labelled horizontal line at y = `at`; None hides it until an update."""
        return self._mark(name, "y", at)

    def update(self, name: str, x, y=None) -> Self:
        """New data for a series (x and y; for spans the list), or a new place for a marker or threshold.

        A name the figure does not know yet becomes a line.
        """
        if name in self._marks:
            self._marks[name]["at"] = _number(name, x)
        elif name in self._series:
            self._put(self._series[name] | _data(name, self._series[name]["kind"], x, y))
        elif y is None:
            known = ", ".join([*self._series, *self._marks]) or "none yet"
            raise ValueError(f"{name!r} is not a series or mark of this chart ({known}); give x and y")
        else:
            return self.line(name, x, y)
        return self

    def remove(self, name: str) -> Self:
        """Takes a series or mark off the chart."""
        if name not in self._series and name not in self._marks:
            raise KeyError(f"{name!r} is not on this chart; it has {[*self._series, *self._marks]}")
        self._series.pop(name, None)
        self._marks.pop(name, None)
        return self

    def clear(self) -> Self:
        """Empties every series and hides every mark, and keeps their names, kinds and colours."""
        for series in self._series.values():
            series |= _data(series["name"], series["kind"], (), ())
        for mark in self._marks.values():
            mark["at"] = None
        return self

    # What it says

    def knows(self, name: str) -> bool:
        """Whether a series or a mark has this name."""
        return name in self._series or name in self._marks

    @property
    def names(self) -> tuple[str, ...]:
        """The series, in drawing order."""
        return tuple(self._series)

    def data(self, name: str) -> tuple[list, list] | list:
        """(x, y) of a series as lists (a gap is None); of spans, the list."""
        series = self._series[name]
        return series["spans"] if series["kind"] == "spans" else (series["x"], series["y"])

    def at(self, name: str) -> float | None:
        """Where a marker or threshold stands."""
        return self._marks[name]["at"]

    def spec(self) -> dict:
        """The whole figure as plain JSON values, for the view."""
        return {
            "title": self.title,
            "height": self.height,
            "margins": self.margins and list(self.margins),
            "flags": self.flags,
            "rows": self.rows,
            "x": self.x,
            "y": self.y,
            "series": [dict(series) for series in self._series.values()],
            "marks": [dict(mark) for mark in self._marks.values()],
        }

    def text(self, rows: int = 8) -> str:
        """The figure as a small table of at most `rows` rows a series."""
        x, y = (axis["label"] or default for axis, default in ((self.x, "x"), (self.y, "y")))
        blocks = []
        for abscissa, group in self._by_x():
            blocks += self._block(abscissa, group, x, y, rows)
        for mark in self._marks.values():
            if mark["at"] is not None:
                where, value = (x, self._x) if mark["axis"] == "x" else (y, self._y)
                blocks.append(f"{mark['name']}: {where} = {value(mark['at'])}")
        title = [self.title] if self.title else []
        return "\n".join(title + (blocks or ["nothing yet"]))

    # Inside

    def _add(self, name, kind, x, y, color, shape=None) -> Self:
        color = color or self._colors.get(name)
        _one_of("color", color, COLOURS)
        old = self._series.get(name)
        taken = [s["color"] for s in self._series.values()]
        free = next((c for c in COLOURS if c not in taken), COLOURS[len(taken) % len(COLOURS)])
        place = old["place"] if old else 1 + max((s["place"] for s in self._series.values()), default=-1)
        look = {
            "name": name,
            "kind": kind,
            "place": place,  # decides dash, shape and pattern, so that colour is never the only signal
            "color": color or (old["color"] if old else free),
            "shape": shape or SHAPES[place % len(SHAPES)],
        }
        return self._put(look | _data(name, kind, x, y))

    def _put(self, series: dict) -> Self:
        every = self._series | {series["name"]: series}
        named = {_named(s["x"]) for s in every.values() if s["kind"] != "spans" and s["x"]}
        if len(named) > 1:
            raise ValueError(
                f"{series['name']!r}: x must be names in every series of a chart, or numbers in all"
            )
        self._series = every
        return self

    def _mark(self, name, axis, at) -> Self:
        self._marks[name] = {"name": name, "axis": axis, "at": _number(name, at)}
        return self

    def _by_x(self):
        """Series that share their x, so that they share a table."""
        groups: list[tuple[list, list[dict]]] = []
        for series in self._series.values():
            key = None if series["kind"] == "spans" else series["x"]
            same = next((g for x, g in groups if key is not None and x == key), None)
            if same is not None:
                same.append(series)
            else:
                groups.append((key, [series]))
        return groups

    def _block(self, abscissa, group: list[dict], x: str, y: str, rows: int) -> list[str]:
        names = [series["name"] for series in group]
        if group[0]["kind"] == "spans":
            spans = [
                [s["lane"], *map(self._x, (s["start"], s["end"])), s["text"]]
                for s in _sample(group[0]["spans"], rows)
            ]
            return [_table(["lane", "from", "to", *names], spans)] if spans else [f"{names[0]}: nothing yet"]
        if not abscissa:
            return [f"{', '.join(names)}: nothing yet"]
        if len(abscissa) == 1 and not _named(abscissa):
            return [f"{s['name']}: {x} {self._x(abscissa[0])}, {y} {self._y(s['y'][0])}" for s in group]
        header = [y] if names == [y] or len(self._series) == 1 else names
        picked = range(len(abscissa)) if _named(abscissa) else _sample(range(len(abscissa)), rows)
        body = [[self._x(abscissa[i]), *(self._y(s["y"][i]) for s in group)] for i in picked]
        return [_table([self.x["label"] if _named(abscissa) else x, *header], body)]

    def _x(self, value) -> str:
        return value if isinstance(value, str) else quantity(value, self.x["unit"])

    def _y(self, value) -> str:
        return quantity(value, self.y["unit"])


def _axis(which, label, unit, scale, extent) -> dict:
    _one_of(f"{which}_scale", scale, ("linear", "log"))
    if extent is not None:
        low, high = (float(end) for end in extent)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"{which}_range must be (low, high) with low < high, not {extent!r}")
        if scale == "log" and low <= 0:
            raise ValueError(f"{which}_range starts at {low:g}; a log axis starts above zero")
        extent = [low, high]
    return {"label": label, "unit": unit, "scale": scale, "range": extent}


def _one_of(what: str, value, allowed: tuple) -> None:
    if value is not None and value not in allowed:
        raise ValueError(f"{what} must be one of {', '.join(allowed)}, not {value!r}")


def _number(name: str, value) -> float | None:
    return None if value is None else _numbers(name, [value])[0]


def _numbers(name: str, values) -> list[float | None]:
    try:
        numbers = [math.nan if value is None else float(value) for value in _plain(values)]
    except (TypeError, ValueError):
        nested = isinstance(values, Sequence) and any(isinstance(value, list | tuple) for value in values)
        wanted = "one row of numbers" if nested or getattr(values, "ndim", 1) > 1 else "numbers"
        raise ValueError(f"{name!r}: expected {wanted}, got {values!r:.80}") from None
    return [number if math.isfinite(number) else None for number in numbers]


def _plain(values) -> list:
    """A list, also of an array, without asking for numpy."""
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _named(x: list) -> bool:
    return bool(x) and isinstance(x[0], str)


def _data(name: str, kind: str, x, y) -> dict:
    if kind == "spans":
        return {"spans": [_span(name, span) for span in x]}
    if y is None:
        raise ValueError(f"{name!r} is {'bars' if kind == 'bars' else 'a ' + kind}: give x and y")
    x = x if isinstance(x, str | int | float) else _plain(x)
    names = kind in ("bars", "points") and isinstance(x, list) and _named(x)
    xs = [str(v) for v in x] if names else _numbers(name, x)
    ys = _numbers(name, y)
    if len(xs) != len(ys):
        raise ValueError(f"{name!r}: {len(xs)} x values but {len(ys)} y values")
    return {"x": xs, "y": ys}


def _span(name: str, span: Sequence) -> dict:
    if len(span) not in (3, 4):
        raise ValueError(f"{name!r}: a span is (lane, start, end) or (lane, start, end, text), not {span!r}")
    start, end = _numbers(name, span[1:3])
    if start is None or end is None or end < start:
        raise ValueError(f"{name!r}: a span must end after it starts, not {span!r}")
    return {"lane": str(span[0]), "start": start, "end": end, "text": str(span[3]) if len(span) == 4 else ""}


def _sample(items: Sequence, most: int) -> list:
    """At most `most` of them, evenly spread, the first and the last included."""
    if len(items) <= most:
        return list(items)
    step = (len(items) - 1) / max(1, most - 1)
    return [items[round(i * step)] for i in range(most)]


def _table(header: list[str], body: list[list[str]]) -> str:
    widths = [max(len(row[i]) for row in [header, *body]) for i in range(len(header))]
    lines = []
    for first, *others in [header, *body]:
        cells = [first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
