"""The one chart of the course: a small SVG, redrawn whole, cheap enough for ten updates a second."""

from typing import Self

import traitlets

from .base import Base
from .figure import Figure

__all__ = ["Chart"]


class Chart(Base):
    """Shows a `Figure`; takes the same arguments and has the same methods, and each redraws.

        chart = Chart("Latency", x="second", y="p99", y_unit="s").line("cached").threshold("budget", 0.1)
        chart                                       # the last line of a cell shows it
        chart.update("cached", seconds, latencies)  # from any cell, callback or thread

    `with chart.hold_sync():` sends several updates as one.
    """

    parts = ("plot.js",)
    figure = traitlets.Dict().tag(sync=True)

    def __init__(self, title: str = "", *, label: str = "", **axes):
        self.model = Figure(title, **axes)
        super().__init__(label=label or title or "chart", figure=self.model.spec())

    def text(self) -> str:
        return self.model.text()

    def redraw(self) -> Self:
        """Shows what the model says now."""
        self.figure = self.model.spec()
        return self


def _forward(name: str):
    method = getattr(Figure, name)

    def forward(self, *args, **kwargs):
        getattr(self.model, name)(*args, **kwargs)
        return self.redraw()

    forward.__name__, forward.__doc__ = name, method.__doc__
    forward.__wrapped__ = method  # the signature that help() shows
    return forward


for _name in ("line", "step", "points", "bars", "spans", "marker", "threshold", "update", "remove", "clear"):
    setattr(Chart, _name, _forward(_name))
