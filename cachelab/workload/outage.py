"""An outage by the script, and a breaker in front of it, on a clock that nobody has to wait for.

    seen = timeline(SCRIPTS["hangs"], lambda clock: Breaker(pause=1.0, clock=clock))
    seen.counted, seen.wasted                 # {"answered": …, "failed": …, "not asked": …}, seconds

One customer after the other: whoever comes while a call is under way waits for it, as in an application with
one worker. What several threads at once do to a breaker takes threads (exercise 08.1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis

__all__ = ["BEGINS", "ENDS", "SCRIPTS", "Timeline", "timeline"]

BEGINS, ENDS = 3.0, 8.0  # seconds: while the server is ill
WELL = 0.001  # seconds that a good answer takes

Outcome = tuple[float, bool]  # seconds that a call takes at least, and whether it brings an answer


def _hangs(now: float, number: int) -> Outcome:
    return (float("inf"), False) if BEGINS <= now < ENDS else (WELL, True)


def _refuses(now: float, number: int) -> Outcome:
    return (WELL, False) if BEGINS <= now < ENDS else (WELL, True)


def _two_in_three(now: float, number: int) -> Outcome:
    return (float("inf"), False) if BEGINS <= now < ENDS and number % 3 else (WELL, True)


def _one_in_three(now: float, number: int) -> Outcome:
    return (float("inf"), False) if BEGINS <= now < ENDS and number % 3 == 0 else (WELL, True)


def _slow(now: float, number: int) -> Outcome:
    return (0.15, True) if BEGINS <= now < ENDS else (WELL, True)


def _comes_and_goes(now: float, number: int) -> Outcome:
    ill = BEGINS <= now < ENDS and (now - BEGINS) % 1.5 < 1.2
    return (float("inf"), False) if ill else (WELL, True)


SCRIPTS: dict[str, Callable[[float, int], Outcome]] = {
    "hangs": _hangs,
    "refuses": _refuses,
    "two calls in three hang": _two_in_three,
    "one call in three hangs": _one_in_three,
    "slow: each answer takes 0.15 s": _slow,
    "hangs, with a good moment now and then": _comes_and_goes,
}


@dataclass(frozen=True)
class Timeline:
    """Customers in order: (came, began, ended, "answered" | "failed" | "not asked"), times in seconds."""

    calls: tuple[tuple[float, float, float, str], ...]

    @property
    def counted(self) -> dict[str, int]:
        outcomes = [outcome for *_, outcome in self.calls]
        return {name: outcomes.count(name) for name in ("answered", "failed", "not asked")}

    @property
    def wasted(self) -> float:
        """Seconds that calls without an answer took."""
        return sum(ended - began for _, began, ended, outcome in self.calls if outcome == "failed")

    @property
    def longest_wait(self) -> float:
        """Seconds from coming to knowing, of the customer who had to wait longest."""
        return max((ended - came for came, _, ended, _ in self.calls), default=0.0)

    def spans(self, gap: float = 0.1) -> list[tuple[str, float, float]]:
        """(outcome, begin, end): runs of calls with the same outcome, as a timeline draws them."""
        found: list[list] = []
        for _, began, ended, outcome in self.calls:
            if found and found[-1][0] == outcome and began - found[-1][2] <= gap:
                found[-1][2] = ended
            else:
                found.append([outcome, began, ended])
        return [(outcome, begin, end) for outcome, begin, end in found]


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def timeline(
    script: Callable[[float, int], Outcome],
    make: Callable[[Callable[[], float]], Any] | None = None,
    seconds: float = 12.0,
    every: float = 0.02,
    timeout: float = 0.2,
) -> Timeline:
    """A customer every `every` seconds asks a server that follows `script`; each call ends after `timeout`.

    script  called with (now, number of the call); returns (seconds it takes, whether it is answered)
    make    called with a clock; returns a breaker with `call(function)`. None: no breaker

    A call that is cut off raises redis.TimeoutError, one that is refused redis.ConnectionError. That the
    breaker did not ask is seen from the server's side.
    """
    if not every > 0 or not timeout > 0 or not 0 < seconds / every <= 100_000:
        raise ValueError(f"seconds={seconds!r}, every={every!r}, timeout={timeout!r}: above 0, 100,000 calls")
    clock = _Clock()
    breaker = make(clock) if make else None
    asked = 0

    def ask() -> str:
        nonlocal asked
        takes, answers = script(clock.now, asked)
        asked += 1
        clock.now += min(takes, timeout)
        if takes > timeout:
            raise redis.TimeoutError("no answer in time")
        if not answers:
            raise redis.ConnectionError("refused")
        return "Ada"

    calls = []
    for number in range(round(seconds / every)):
        came = number * every
        clock.now = began = max(clock.now, came)
        before = asked
        try:
            breaker.call(ask) if breaker else ask()
            outcome = "answered"
        except (redis.ConnectionError, redis.TimeoutError):
            outcome = "failed" if asked > before else "not asked"
        calls.append((came, began, clock.now, outcome))
    return Timeline(tuple(calls))
