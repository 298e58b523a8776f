"""A bench to play with: sliders above a chart, and a plain function between them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Self

import traitlets

from ..challenge.view import PARTS, Challenged
from .chart import Chart
from .controls import Choice, Controls, Slider
from .figure import Figure

__all__ = ["Bench"]


class Bench(Challenged, Controls, Chart):
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
    figure does not know become lines, which go when a control has moved and the answer lacks them. It may
    also return the sentence alone, with no figure, or behind the two a dict of what it found besides, which
    `outcome` keeps for challenges.
    `below` is a second figure under the first, for what lies along the same axis: its series are known to
    the model by their names, too.
    `challenges` are things to find: those of a lesson ("01"), or a list of `Challenge`.
    The model runs in the kernel, for the latest position only: let it answer within some 50 ms, and be pure.
    One that needs longer is a generator that yields such an answer after each slice of its work: the first is
    shown at once, the others as they come, until it ends or a control moves. `finish()` waits for the last.
    """

    parts = ("chart/plot.js", "chart/row.js", *PARTS)
    sentence = traitlets.Unicode().tag(sync=True)
    under = traitlets.Dict(help="what the figure below says; empty if there is none").tag(sync=True)
    failure = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        model: Callable[..., tuple | str],
        controls: Sequence[Slider | Choice],
        chart: Figure | None = None,
        *,
        label: str = "",
        below: Figure | None = None,
        challenges: str | Sequence | None = None,
    ):
        self._model, self.below = model, below
        self.outcome: dict = {}
        shown = self._take(controls)
        self._turn, self._showing = 0, threading.RLock()
        self._rest: threading.Thread | None = None  # works out what follows the first slice
        self._brought: set[str] = set()  # the model's own lines
        super().__init__(chart or Figure(), label=label or (chart.title if chart else "") or "bench")
        with self.hold_sync():
            for name, value in shown.items():
                setattr(self, name, value)
            name = challenges if isinstance(challenges, str) else label or (chart.title if chart else "")
            self.positions = self._resume(name)
            try:
                self._run(at_once=True)
            except Exception:
                if not self.moved:
                    raise
                self.positions = self.home  # what was left there suits the bench no more
                self._run(at_once=True)
        self.observe(self._answer, "positions")
        self._challenge(challenges, ["spec", "under", "positions"])

    def set(self, **values) -> Self:
        super().set(**values)
        if self.failure:
            raise RuntimeError(self.failure)
        return self

    def text(self) -> str:
        picture = [figure.text() for figure in (self.figure, self.below) if figure and figure.names]
        return "\n".join([*self._stand(), *picture, self.failure or self.sentence, *self._challenge_lines()])

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
            self._show(answer, first=True)
            return
        self._show(next(answer), first=True)
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

    def _show(self, answer: tuple | str, first: bool = False) -> None:
        drawn, sentence, *found = ({}, answer) if isinstance(answer, str) else answer
        self.outcome.update(*found)
        if first:
            for name in self._brought.intersection(self.figure.names) - drawn.keys():
                self.figure.remove(name)
        known = set(self.figure.names)
        for name, data in drawn.items():
            figure = self.below if self.below and self.below.knows(name) else self.figure
            figure.update(name, *(data if isinstance(data, tuple) else (data,)))
        self._brought |= set(self.figure.names) - known
        self.sentence = sentence
        if self.below:
            self.under = self.below.spec()
        self.redraw()
