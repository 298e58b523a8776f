"""A schedule that goes wrong, to walk through."""

import traitlets

from .base import Base
from .scene import opening, scene

__all__ = ["Race", "race"]


class Race(Base):
    """A violating schedule as a sequence diagram with a step button. Made by `race`."""

    parts = ("sequence.js", "stepper.js", "sequence.css")
    scene = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0, help="how many steps are shown").tag(sync=True)
    replay = traitlets.Dict(help="what came of the replay on the real server").tag(sync=True)
    replays = traitlets.Int(0, help="how often a replay was asked for").tag(sync=True)
    can_replay = traitlets.Bool(False).tag(sync=True)

    def __init__(self, report, kind: str | None):
        self._report = report
        super().__init__(label=f"Race: {report.headline}", scene=_scene(report, kind))
        self.step = len(self.scene["steps"])

    @traitlets.validate("step")
    def _within(self, proposal):
        return max(0, min(proposal["value"], len(self.scene["steps"])))

    def text(self) -> str:
        return self._report.table()


def race(report, kind: str | None = None) -> Race:
    """Draws a report's shortest violation; keep what it returns to step by program: `picture.step = 3`."""
    return Race(report, kind)


def _scene(report, kind) -> dict:
    kind = kind or report.kind
    warm = report.start_of(kind) == "warm"
    found = next(v for v in report.data()["violations"] if v["kind"] == kind)
    return scene(
        " ‖ ".join(report.clients) + f", from a {report.start_of(kind)} cache",
        report.clients,
        report.functions,
        found["cache"],
        report.violations[kind],
        end={"mark": "broken", "title": found["meaning"].capitalize(), "words": report.explain(kind)},
        opening=opening(warm),
    )
