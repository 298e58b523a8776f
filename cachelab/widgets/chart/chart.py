"""The one chart of the course: a small SVG, redrawn whole, cheap enough for ten updates a second."""

from typing import Self

import traitlets

from ..base import Base
from .figure import Figure

__all__ = ["Chart"]


class Chart(Base):
    """Shows a `Figure`: takes one, or its arguments; has its methods, and each redraws.

        chart = Chart("Latency", x="second", y="p99", y_unit="s").line("cached").threshold("budget", 0.1)
        chart                                       # the last line of a cell shows it
        chart.update("cached", seconds, latencies)  # from any cell, callback or thread

    `with chart.hold_sync():` sends several updates as one.
    """

    parts = ("chart/plot.js",)
    spec = traitlets.Dict(help="what the figure says, for the view").tag(sync=True)

    def __init__(self, title: str | Figure = "", *, label: str = "", **axes):
        self.figure = title if isinstance(title, Figure) else Figure(title, **axes)
        super().__init__(label=label or self.figure.title or "chart", spec=self.figure.spec())

    def text(self) -> str:
        return self.figure.text()

    def redraw(self) -> Self:
        """Shows what the figure says now."""
        self.spec = self.figure.spec()
        return self


def _forward(name: str):
    method = getattr(Figure, name)

    def forward(self, *args, **kwargs):
        getattr(self.figure, name)(*args, **kwargs)
        return self.redraw()

    forward.__name__, forward.__doc__ = name, method.__doc__
    forward.__wrapped__ = method  # the signature that help() shows
    return forward


for _name in ("line", "step", "points", "bars", "spans", "marker", "threshold", "update", "remove", "clear"):
    setattr(Chart, _name, _forward(_name))
