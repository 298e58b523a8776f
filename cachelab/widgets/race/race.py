"""A schedule that goes wrong, to walk through, and to be sent to the real server."""

import threading
from typing import Any

import traitlets

from cachelab.races import Report
from cachelab.races.telling.scene import report_scene
from cachelab.widgets.base import Base, page

__all__ = ["Race", "drawn", "race"]


class Race(Base):
    """A violating schedule as a sequence diagram with a step button. Made by `race`."""

    parts = ("race/sequence.js", "race/stepper.js", "race/sequence.css")
    scene = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0, help="how many steps are shown").tag(sync=True)
    replay = traitlets.Dict(help="the replay on the real server: {state, words, answers}").tag(sync=True)

    def __init__(self, report: Report, kind: str | None):
        self._report, self._kind = report, kind
        super().__init__(label=f"Race: {report.headline}", scene=report_scene(report, kind))
        self.step = len(self.scene["steps"])
        self.on_msg(lambda _widget, message, _buffers: self._asked(message))

    @traitlets.validate("step")
    def _within(self, proposal):
        return max(0, min(proposal["value"], len(self.scene["steps"])))

    def replay_now(self) -> None:
        """Sends the schedule's cache calls to a real server, and shows its answers beside the model's."""
        self.replay = {"state": "running", "words": "A real server is being sent the same calls …"}
        try:
            replay = self._report.replay(self._kind)
        except Exception as error:  # there is no cell to show it under
            self.replay = {"state": "failed", "words": f"No replay: {error}"}
        else:
            self.replay = _compared(replay)

    def text(self) -> str:
        lines = [self._report.table(self._kind)]
        for step, answer in zip(self.scene["steps"], self.replay.get("answers", ()), strict=False):
            if answer["answer"]:
                agrees = "the same" if answer["agrees"] else "DIFFERENT"
                lines.append(f"{step['sentence']}; the real server: {answer['answer']}, {agrees}")
        return "\n".join([*lines, *filter(None, [self.replay.get("words")])])

    def _asked(self, message: Any) -> None:
        if message.get("do") == "replay" and self.replay.get("state") != "running":
            threading.Thread(target=self.replay_now, name="replay", daemon=True).start()


def _compared(replay) -> dict:
    """What came of a replay, step by step."""
    last = len(replay.answers) - 1
    answers = [
        # the database is the explorer's own, so only the cache's answers say anything
        {"answer": "" if answer.startswith("(") else answer, "agrees": replay.agrees or i < last}
        for i, answer in enumerate(replay.answers)
    ]
    if not replay.agrees:
        words = f"{replay.badge}: not as the model says. {replay.difference}."
    else:
        asked = sum(bool(answer["answer"]) for answer in answers)
        words = f"{replay.badge}: {asked} of {asked} answers are the model's. {replay.closing}"
    return {"state": "done" if replay.agrees else "failed", "words": words, "answers": answers}


def race(report: Report, kind: str | None = None) -> Race | Report:
    """Draws a report's shortest violation; keep what it returns to step by program: `picture.step = 3`.

    Where nothing went wrong there is nothing to walk through, and the report itself says so."""
    if not isinstance(report, Report):
        raise TypeError(f"race() draws what races.explore() returns, not {report!r}")
    return report if (kind or report.kind) is None else Race(report, kind)


def drawn(scene: dict, text: str) -> str:
    """A scene as a piece of HTML to walk through, without a kernel; `text` where there are no scripts."""
    state = {"label": f"Race: {scene['title']}", "scene": scene, "step": len(scene["steps"]), "replay": {}}
    return page(Race, state, text)
