"""What every policy can do: take a trace, and say of each request whether it hit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["PACE", "Policy", "listed"]

PACE = 1000.0  # requests per second where no times are given: only clocks of servers look at them


class Policy:
    """A cache with room for `capacity` items of one size, empty at first; a miss is loaded and stored.

    `hits` and `run` can be called again and again: they go on where they stopped, so that a long trace can be
    worked through in slices. `len(policy)` items are held; `key in policy` asks for one without touching it.
    """

    def __init__(self, capacity: int):
        if not (capacity >= 1 and int(capacity) == capacity):
            raise ValueError(f"capacity={capacity!r}: room for a whole number of items, 1 or more")
        self.capacity = int(capacity)
        self._now = 0.0  # seconds; where the next trace without times begins

    def hits(self, trace: Sequence, times: Sequence[float] | None = None) -> bytearray:
        """For each request of the trace whether it hit: 1 or 0.

        `trace` holds one key per request, numbers or texts. `times` are their moments in seconds, never
        falling; without them requests come at an even PACE. Raises ValueError if the two differ in length.
        """
        keys = listed(trace)
        moments = self._moments(len(keys), times)
        hit = bytearray(b"\1") * len(keys)  # a policy marks the misses
        self._run(keys, hit, moments)
        return hit

    def run(self, trace: Sequence, times: Sequence[float] | None = None, **fills: Sequence) -> np.ndarray:
        """What `hits` says, as an array of booleans."""
        import numpy as np  # here: a browser has none

        return np.frombuffer(self.hits(trace, times, **fills), dtype=bool)

    def _moments(self, requests: int, times: Sequence[float] | None) -> list[float]:
        if times is None:
            moments = [self._now + number / PACE for number in range(requests)]
        else:
            moments = listed(times)
            if len(moments) != requests:
                raise ValueError(f"{len(moments)} times for {requests} requests: one each, in seconds")
        if moments:
            self._now = moments[-1] + (1 / PACE if times is None else 0)
        return moments

    def _run(self, keys: list, hit: bytearray, times: list[float]) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __contains__(self, key) -> bool:
        raise NotImplementedError


def listed(values: Sequence) -> list:
    """A list of plain numbers, also of an array."""
    return values.tolist() if hasattr(values, "tolist") else list(values)
