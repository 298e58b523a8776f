"""What every policy can do: take a trace, and say of each request whether it hit."""

from collections.abc import Sequence

import numpy as np

__all__ = ["PACE", "Policy"]

PACE = 1000.0  # requests per second where no times are given: only clocks of servers look at them


class Policy:
    """A cache with room for `capacity` items of one size, empty at first; a miss is loaded and stored.

    `run` can be called again and again: it goes on where it stopped, so that a long trace can be worked
    through in slices. `len(policy)` items are held, and `key in policy` asks for one without touching it.
    """

    def __init__(self, capacity: int):
        if not (capacity >= 1 and int(capacity) == capacity):
            raise ValueError(f"capacity={capacity!r}: room for a whole number of items, 1 or more")
        self.capacity = int(capacity)
        self._now = 0.0  # seconds; where the next trace without times begins

    def run(self, trace: Sequence, times: Sequence[float] | None = None) -> np.ndarray:
        """For each request of the trace whether it hit: an array of booleans, as long as the trace.

        `trace` holds one key per request, numbers or texts. `times` are their moments in seconds, never
        falling; without them requests come at an even PACE. Raises ValueError if the two differ in length.
        """
        keys = trace.tolist() if isinstance(trace, np.ndarray) else list(trace)
        moments = self._moments(len(keys), times)
        hit = bytearray(b"\1") * len(keys)  # a policy marks the misses
        self._run(keys, hit, moments)
        return np.frombuffer(hit, dtype=bool)

    def _moments(self, requests: int, times: Sequence[float] | None) -> list[float]:
        if times is None:
            moments = (self._now + np.arange(requests) / PACE).tolist()
        else:
            moments = np.asarray(times, float).tolist()
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
