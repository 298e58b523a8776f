"""A schedule that goes wrong, to walk through."""

import traitlets

from cachelab.races import Report

from .base import Base
from .scene import opening, scene

__all__ = ["Race", "race", "report_scene"]


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
        super().__init__(label=f"Race: {report.headline}", scene=report_scene(report, kind))
        self.step = len(self.scene["steps"])

    @traitlets.validate("step")
    def _within(self, proposal):
        return max(0, min(proposal["value"], len(self.scene["steps"])))

    def text(self) -> str:
        return self._report.table()


def race(report, kind: str | None = None) -> Race:
    """Draws a report's shortest violation; keep what it returns to step by program: `picture.step = 3`."""
    return Race(report, kind)


def report_scene(report: Report, kind: str | None = None) -> dict:
    """The scene of a report's shortest violation of this kind; of the gravest by default."""
    kind = kind or report.kind
    if kind is None:
        raise ValueError(f"there is no race to draw: {report.headline}")
    if kind not in report.violations:
        there = ", ".join(report.violations)
        raise ValueError(f"no violation of kind {kind!r} was found; there are: {there}")
    found = next(violation for violation in report.data()["violations"] if violation["kind"] == kind)
    return scene(
        " ‖ ".join(report.clients) + f", from a {found['start']} cache",
        report.clients,
        report.functions,
        found["cache"],
        report.violations[kind],
        end={"mark": "broken", "title": found["meaning"].capitalize(), "words": found["end"]},
        opening=opening(found["start"] == "warm"),
    )
