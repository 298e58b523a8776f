"""What a bench with challenges has in common: two traits for the page, and an eye on itself."""

from collections.abc import Sequence

import traitlets

from .content import CHALLENGES
from .model import Challenge, Challenges

__all__ = ["PARTS", "Challenged"]

PARTS = ("challenge/list.js", "challenge/list.css")  # to add to the `parts` of a widget


class Challenged(traitlets.HasTraits):
    """Mixed into a widget: `self._challenge("01", "spec")` in its constructor, `challenges(…)` in its script.

    The traits named there change when the widget's answer is whole, so what a challenge sees is one moment.
    """

    challenges = traitlets.List(traitlets.Dict()).tag(sync=True)  # see Challenges.rows
    more = traitlets.Int(0).tag(sync=True)  # how many come after the open one
    noticed = traitlets.Unicode("").tag(sync=True)  # the latest find, read out
    asks: Challenges | None = None

    def _challenge(self, which: str | Sequence[Challenge] | None, traits: str | list[str]) -> None:
        """Look for the challenges of a lesson, or for these, at each change of one of the traits."""
        if which is None:
            return
        if isinstance(which, str):
            if which not in CHALLENGES:
                raise ValueError(f"challenges={which!r}: there are some for {', '.join(CHALLENGES)}")
            self.asks = Challenges(which, CHALLENGES[which])
        else:
            self.asks = Challenges(type(self).__name__, which)
        self._show_challenges()
        self.observe(lambda _: self._seek(), traits)

    def _seek(self) -> None:
        if said := self.asks.look(self):
            self._show_challenges()
            self.noticed = said

    def _show_challenges(self) -> None:
        self.challenges = self.asks.rows()
        self.more = max(0, len(self.asks.challenges) - self.asks.found - 1)

    def _challenge_lines(self) -> list[str]:
        """For the end of `text()`."""
        return [self.asks.text()] if self.asks else []
