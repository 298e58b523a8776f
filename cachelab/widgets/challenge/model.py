"""Things to find on a bench: each is noticed when the bench shows it, and then the next is asked for."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from cachelab.checks import progress

__all__ = ["Challenge", "Challenges"]


@dataclass(frozen=True)
class Challenge:
    """Something to find.

    words   what is asked for, as a sentence
    seen    called with the bench whenever it changes; what it returns, if true, was found
    then    what that means: said once it is found
    times   so many different things must be found; `seen` then returns what tells them apart
    """

    words: str
    seen: Callable[[Any], Hashable]
    then: str = ""
    times: int = 1


class Challenges:
    """Challenges in order, for one bench; how many were found is remembered under `id`, also tomorrow.

    They are looked for in their order; what shows several at once finds them all.
    """

    def __init__(self, id: str, challenges: Sequence[Challenge]):
        if not challenges:
            raise ValueError(f"challenges {id!r}: there must be at least one")
        self.id, self.challenges = id, tuple(challenges)
        self.found = min(progress.found(id), len(self.challenges))
        self._things: set[Hashable] = set()  # what was found of the open one

    @property
    def open(self) -> Challenge | None:
        """The one that is looked for; None when all are found."""
        return self.challenges[self.found] if self.found < len(self.challenges) else None

    def look(self, bench: Any) -> str:
        """See whether the bench shows what is asked for; what to say about it, "" if there is nothing new."""
        said = []
        while (asked := self.open) and (thing := asked.seen(bench)) and thing not in self._things:
            self._things.add(thing)
            if len(self._things) < asked.times:
                said.append(f"{len(self._things)} of {asked.times} found.")
                break
            self._things.clear()
            self.found += 1
            said.append(f"Found. {asked.then}".strip())
        if said and not self._things:  # not in the middle of one that asks for several
            said.append(f"Next: {self.open.words}" if self.open else "That was all of them.")
            said.append(progress.find(self.id, self.found))
        return " ".join(filter(None, said))

    def rows(self) -> list[dict]:
        """For the page: what was found, and what is asked for now: {words, then, found, note}."""
        shown = [
            {"words": one.words, "then": one.then, "found": True, "note": ""}
            for one in self.challenges[: self.found]
        ]
        if self.open:
            of = f"{len(self._things)} of {self.open.times}" if self.open.times > 1 else ""
            shown.append({"words": self.open.words, "then": "", "found": False, "note": of})
        return shown

    def text(self) -> str:
        left = len(self.challenges) - self.found - 1
        lines = [
            f"[{'x' if row['found'] else ' '}] {row['words']} {row['then']}".rstrip() for row in self.rows()
        ]
        return "\n".join(lines + ([f"    (and {left} more)"] if left > 0 else []))
