"""A bench to play with: sliders above a chart, and a plain function between them."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import traitlets

from ..challenge.view import PARTS, Challenged
from ..quantity import quantity
from .chart import Chart
from .figure import Figure

__all__ = ["Bench", "Choice", "Slider"]

STEPS = 100  # of a slider that names neither a step nor its stops


@dataclass(frozen=True)
class Slider:
    """A number between `low` and `high`.

    name    the model's parameter; label: what the learner reads (the name in plain words by default)
    step    between two positions; by default a hundredth of the range. With log=True positions grow by equal
            factors instead.
    stops   the positions themselves, in place of low, high and step: stops=[1, 5, 30, 60, 300]
    unit    as in `quantity`: with "s" the text beside the slider reads 30 s or 5 min
    """

    name: str
    low: float | None = None
    high: float | None = None
    value: float | None = None
    step: float | None = None
    unit: str = ""
    label: str = ""
    log: bool = False
    stops: Sequence[float] = field(default=())

    def options(self) -> list[float]:
        """The positions, lowest first."""
        if len(self.stops):
            if len(self.stops) < 2 or list(self.stops) != sorted(set(self.stops)):
                raise ValueError(f"slider {self.name!r}: stops must be rising numbers, not {self.stops!r}")
            return [_plain(stop) for stop in self.stops]
        if self.low is None or self.high is None or not self.low < self.high:
            raise ValueError(f"slider {self.name!r}: low must be below high, got {self.low} and {self.high}")
        if self.log:
            if self.low <= 0:
                raise ValueError(f"slider {self.name!r}: a log slider starts above zero, not at {self.low}")
            return [float(f"{stop:.3g}") for stop in np.geomspace(self.low, self.high, STEPS + 1)]
        step = (self.high - self.low) / STEPS if self.step is None else self.step
        if step <= 0:
            raise ValueError(f"slider {self.name!r}: step must be above zero, not {step}")
        count = math.floor((self.high - self.low) / step + 1e-9)
        if count > 5000:
            raise ValueError(f"slider {self.name!r}: {count} positions are too many; choose a larger step")
        positions = [float(f"{self.low + i * step:.9g}") for i in range(count + 1)]
        return [int(p) for p in positions] if all(p.is_integer() for p in positions) else positions

    def words(self, value: float) -> str:
        return quantity(value, self.unit)

    def nearest(self, value: Any) -> float:
        """The position next to `value`; ValueError if it lies outside."""
        options = self.options()
        low, high = options[0], options[-1]
        if not isinstance(value, int | float | np.number) or not low <= value <= high:
            raise ValueError(f"slider {self.name!r} goes from {low} to {high}, not to {value!r}")
        return min(options, key=lambda option: abs(option - value))


@dataclass(frozen=True)
class Choice:
    """One of several values: a list, or a dict of what the learner reads -> what the model gets."""

    name: str
    values: Sequence | dict[str, Any]
    value: Any = None
    label: str = ""

    def options(self) -> list:
        return list(self.values.values() if isinstance(self.values, dict) else self.values)

    def words(self, value: Any) -> str:
        if isinstance(self.values, dict):
            return next(text for text, one in self.values.items() if one == value)
        return {"True": "yes", "False": "no"}.get(str(value), str(value))

    def nearest(self, value: Any) -> Any:
        if value not in self.options():
            raise ValueError(f"{self.name!r} must be one of {self.options()}, not {value!r}")
        return value


class Bench(Challenged, Chart):
    """Controls, a chart and a sentence, with a model between them.

        def mean_latency(hit_ratio, query):
            h = np.linspace(0, 1, 50)
            mean = hit_ratio * 0.0003 + (1 - hit_ratio) * query
            curves = {"mean": (h, h * 0.0003 + (1 - h) * query), "you": ([hit_ratio], [mean])}
            return curves, f"On average a read takes {quantity(mean, 's')}."

        controls = [Slider("hit_ratio", 0, 1, 0.9, unit="%"), Slider("query", 1e-4, 1, log=True, unit="s")]
        picture = Figure("Mean latency", x="hit ratio", x_unit="%", y_unit="s").line("mean").points("you")
        bench = Bench(mean_latency, controls, picture)
        bench                                                   # shows it
        bench.points("measured", ratios, latencies)             # everything else is a Chart's

    `model` takes one keyword per control and returns (what to draw, what to say). What to draw is a dict of
    arguments for `update`: name -> (x, y), or a number for a marker or threshold, None to hide it. Names the
    figure does not know become lines. It may also return the sentence alone, with no figure.
    `challenges` are things to find: those of a lesson ("01"), or a list of `Challenge`.
    The model runs in the kernel, for the latest position only: let it answer within some 50 ms, and be pure.
    One that needs longer is a generator that yields such an answer after each slice of its work: the first is
    shown at once, the others as they come, until it ends or a control moves. `finish()` waits for the last.
    """

    parts = ("chart/plot.js", *PARTS)
    controls = traitlets.List().tag(sync=True)  # what the view draws: kind, label, options' texts
    positions = traitlets.List(traitlets.Int()).tag(sync=True)  # which option of each control is chosen
    sentence = traitlets.Unicode().tag(sync=True)
    failure = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        model: Callable[..., tuple | str],
        controls: Sequence[Slider | Choice],
        chart: Figure | None = None,
        *,
        label: str = "",
        challenges: str | Sequence | None = None,
    ):
        self._model, self._controls = model, tuple(controls)
        if not controls:
            raise ValueError("a Bench needs at least one Slider or Choice")
        names = [control.name for control in controls]
        if len(set(names)) < len(names):
            raise ValueError(f"the controls of a Bench need different names, not {names}")
        self._options = [control.options() for control in controls]
        self._turn, self._showing = 0, threading.RLock()
        self._rest: threading.Thread | None = None  # works out what follows the first slice
        super().__init__(chart or Figure(), label=label or (chart.title if chart else "") or "bench")
        with self.hold_sync():
            self.controls = [
                {
                    "kind": type(control).__name__.lower(),
                    "label": control.label or control.name.replace("_", " "),
                    "texts": [control.words(option) for option in options],
                }
                for control, options in zip(controls, self._options, strict=True)
            ]
            self.positions = [
                options.index(options[0] if control.value is None else control.nearest(control.value))
                for control, options in zip(controls, self._options, strict=True)
            ]
            self._run(at_once=True)
        self._start = list(self.positions)
        self.observe(self._answer, "positions")
        self._challenge(challenges, "spec")

    @property
    def values(self) -> dict[str, Any]:
        """What each control stands at now."""
        chosen = zip(self._controls, self._options, self.positions, strict=True)
        return {control.name: options[position] for control, options, position in chosen}

    @property
    def moved(self) -> list[str]:
        """The controls that stand elsewhere than at the start."""
        pairs = zip(self._controls, self.positions, self._start, strict=True)
        return [control.name for control, now, start in pairs if now != start]

    def set(self, **values) -> Self:
        """Moves controls: bench.set(hit_ratio=0.8). A slider goes to the nearest position."""
        positions = list(self.positions)
        names = [control.name for control in self._controls]
        for name, value in values.items():
            if name not in names:
                raise ValueError(f"{name!r} is not a control of this bench; it has {', '.join(names)}")
            at = names.index(name)
            positions[at] = self._options[at].index(self._controls[at].nearest(value))
        self.positions = positions
        if self.failure:
            raise RuntimeError(self.failure)
        return self

    def text(self) -> str:
        chosen = zip(self._controls, self.values.values(), self.controls, strict=True)
        lines = [f"{shown['label']}: {control.words(value)}" for control, value, shown in chosen]
        picture = [self.figure.text()] if self.figure.names else []
        return "\n".join([*lines, *picture, self.failure or self.sentence, *self._challenge_lines()])

    @traitlets.validate("positions")
    def _within(self, proposal):
        positions = proposal["value"]
        fits = len(positions) == len(self._options)
        if not fits or any(not 0 <= at < len(o) for at, o in zip(positions, self._options, strict=True)):
            raise traitlets.TraitError(f"positions {positions} do not fit the controls")
        return positions

    def finish(self) -> Self:
        """Waits until a model that works in slices has shown its last."""
        if self._rest:
            self._rest.join()
        return self

    def _answer(self, _) -> None:
        with self._showing, self.hold_sync():
            try:
                self._run()
                self.failure = ""
            except Exception as error:  # there is no cell to show it under, so the bench shows it
                self.failure = self._failed(error)

    def _run(self, at_once: bool = False) -> None:
        self._turn += 1
        answer = self._model(**self.values)
        if not isinstance(answer, Iterator):
            self._show(answer)
            return
        self._show(next(answer))
        if at_once:  # what is saved with the notebook is the whole
            for slice_ in answer:
                self._show(slice_)
            return
        self._rest = threading.Thread(target=self._go_on, args=(answer, self._turn), daemon=True)
        self._rest.start()

    def _go_on(self, slices: Iterator, turn: int) -> None:
        """Show what is left, unless a control has moved since."""
        try:
            for answer in slices:
                with self._showing, self.hold_sync():
                    if turn != self._turn:
                        return
                    self._show(answer)
        except Exception as error:
            with self._showing:
                if turn == self._turn:
                    self.failure = self._failed(error)

    def _failed(self, error: Exception) -> str:
        at = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"The model failed with {at}: {type(error).__name__}: {error}"

    def _show(self, answer: tuple | str) -> None:
        drawn, sentence = ({}, answer) if isinstance(answer, str) else answer
        for name, data in drawn.items():
            self.figure.update(name, *(data if isinstance(data, tuple) else (data,)))
        self.sentence = sentence
        self.redraw()


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
