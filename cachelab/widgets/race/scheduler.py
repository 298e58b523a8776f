"""The learner as the scheduler: they choose who moves next and try to break a strategy."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import traitlets

from cachelab import races
from cachelab.learner.words import counted
from cachelab.races.telling.game import Option
from cachelab.races.telling.scene import game_scene
from cachelab.races.telling.words import CUT
from cachelab.widgets.base import Base
from cachelab.widgets.challenge.view import PARTS, Challenged

__all__ = ["Scheduler", "play_scheduler"]

ROOM = 5  # rows that are there from the start; their number must not give the shortest break away


class Scheduler(Challenged, Base):
    """A `races.Game` as a picture with a button for each move. Made by `play_scheduler`."""

    parts = ("race/sequence.js", "race/stepper.js", "race/sequence.css", *PARTS)
    scene = traitlets.Dict().tag(sync=True)
    moves = traitlets.List(help="what may happen next, faults last: {client, call, fault}").tag(sync=True)
    hinted = traitlets.Int(-1, help="the move that a hint points at").tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    faults = traitlets.Bool(False, help="whether faults are part of this game").tag(sync=True)

    def __init__(self, game: races.Game, challenges: str | Sequence | None = None):
        self.game = game
        self._distances = [game.distance]
        super().__init__(
            label="Be the scheduler: " + " ‖ ".join(game.report.clients),
            faults=bool(game.report.bounds.faults),
        )
        self.on_msg(lambda _widget, message, _buffers: self._asked(message))
        self._show()
        self._challenge(challenges, "scene")

    def move(self, choice: int) -> None:
        """Lets the move with this number (from 0, as in `moves`) happen."""
        if not 0 <= choice < len(self._order):
            raise ValueError(f"there is no move {choice!r}: choose from 0 to {len(self._order) - 1}")
        self.game.do(self._order[choice])
        self._distances.append(self.game.distance)
        self._show()

    def undo(self) -> None:
        """Takes the last move back."""
        self.back_to(len(self.game.steps) - 1)

    def back_to(self, step: int) -> None:
        """Takes moves back until so many are left."""
        while len(self.game.steps) > max(0, step):
            self.game.undo()
            self._distances.pop()
        self._show()

    def hint(self) -> None:
        """Says how near the next break is, and points at a move towards it."""
        self._show(hint=True)

    def text(self) -> str:
        options = [f"  {i}: {move['client']}: {move['call']}" for i, move in enumerate(self.moves)]
        return "\n".join(
            [self.game.table(), "Who moves next?", *options, self.said, *self._challenge_lines()]
        )

    def _asked(self, message: Any) -> None:
        match message.get("do"):
            case "move" if 0 <= message.get("move", -1) < len(self.moves):
                self.move(message["move"])
            case "undo":
                self.undo()
            case "back to":
                self.back_to(message.get("step", 0))
            case "again":
                self.back_to(0)
            case "hint":
                self.hint()

    def _show(self, hint: bool = False) -> None:
        game = self.game
        options = [] if game.violated else game.moves()
        over = game.finished and game.violated is None
        self._order = sorted(range(len(options)), key=lambda i: options[i].fault is not None)
        with self.hold_sync():
            self.moves = [_plain(options[i]) for i in self._order]
            self.hinted = -1
            self.said = ""
            if hint:
                self._hint()
            self.scene = game_scene(
                game,
                end=self._broken() if game.violated else self._harmless() if over else None,
                rows=max(len(game.steps) + bool(options), ROOM),
            )

    def _hint(self) -> None:
        where = self.game.hint()
        if where is not None:
            self.hinted = self._order.index(where)
            self.said = f"From here the nearest break is {counted(self.game.distance, 'move')} away."
        elif self.game.shortest is None:
            self.said = self._unbreakable()
        else:
            self.said = "From here nothing can go wrong any more. Take a move back."

    def _broken(self) -> dict:
        made, shortest = len(self.game.steps), self.game.shortest
        if made == shortest:
            compared = "No schedule breaks it in fewer."
        else:
            compared = f"The shortest schedule that breaks it has {counted(shortest, 'move')}."
        words = f"{self.game.violated} You needed {counted(made, 'move')}. {compared}"
        return {"mark": "won", "title": "You broke it", "words": words}

    def _harmless(self) -> dict:
        title = "This order does no harm"
        if self.game.shortest is None:
            return {"mark": "held", "title": title, "words": self._unbreakable()}
        # The last moment at which a break was still possible.
        last = max(i for i, distance in enumerate(self._distances) if distance is not None)
        if last == len(self.game.steps):
            words = f"A fault could still break it: {counted(self._distances[last], 'move')} more."
        else:
            step = self.game.steps[last]
            words = (
                f"Before move {last + 1} you were {counted(self._distances[last], 'move')} from a break; "
                f"{step.client}: {step.call} closed the window. "
                f"The shortest schedule that breaks it has {counted(self.game.shortest, 'move')}."
            )
        return {"mark": "held", "title": title, "words": words}

    def _unbreakable(self) -> str:
        report = self.game.report
        if report.doubt:
            return f"{report.doubt}."
        if not report.complete:
            return "No schedule that was looked at breaks it, but not all of them were."
        count = report.counts[self.game.start].schedules
        every = "The one order does no harm" if count == 1 else f"None of the {count:,} orders does harm"
        return f"{every}: no violation within these bounds. {_capital(str(report.bounds))}."


def _plain(option: Option) -> dict:
    how = {"lost": "lost: ", "unanswered": "answer lost: "}.get(option.step.kind, "")
    call = CUT.sub("…", option.step.brief)  # a token that is not in the picture yet has no letter
    return {"client": option.client, "call": how + call, "fault": option.fault}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def play_scheduler(
    clients: Iterable[Callable],
    fault: str | Iterable[str] | None = None,
    budget: int = 1,
    probe: Callable | None = None,
    memcached: bool = False,
    *,
    warm: bool = False,
    challenges: str | Sequence | None = None,
) -> Scheduler:
    """Lets the learner schedule these clients by hand, and says when they broke something.

    The arguments are those of `races.explore`; `warm` starts from a cache that a reader has filled. Without a
    browser, print what it returns, and use its `move`, `undo`, `back_to` and `hint`.
    """
    return Scheduler(races.play(clients, fault, budget, probe, memcached, warm=warm), challenges)
