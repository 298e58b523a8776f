"""One request, call by call: what went to the cache, what to the database, and what each call took."""

import time
from dataclasses import dataclass, field

__all__ = ["Call", "Trip"]

WRITES = set("SET SETEX PSETEX SETNX MSET HSET HMSET EXPIRE PEXPIRE DEL UNLINK".split())


@dataclass(frozen=True)
class Call:
    """One round trip. `came` is what came back:

    hit, miss       a value from the cache, or none
    stored          the cache took a value (or a change)
    rows            the database answered
    refused         nobody listens there; no answer: a time-out; error: the server said no
    """

    to: str  # "cache" | "database"
    what: str  # GET product:7:page
    seconds: float
    came: str

    @property
    def name(self) -> str:
        """The command alone."""
        return self.what.split(" ", 1)[0]

    @property
    def failed(self) -> bool:
        return self.came in ("refused", "no answer", "error")


@dataclass
class Trip:
    """One request for `id`. Times in seconds; `at` counts from the start of the run."""

    number: int
    id: int
    at: float
    calls: list[Call] = field(default_factory=list)
    seconds: float | None = None  # None while it is under way
    error: str = ""
    place: str = "program"  # where it is: "program" | "cache" | "database" | "held"
    since: float = field(default_factory=time.monotonic)  # ... and from when on (monotonic)

    @property
    def outcome(self) -> str:
        """hit | miss | without the cache (it failed, the database answered) | error | under way"""
        if self.seconds is None:
            return "under way"
        if self.error:
            return "error"
        if any(call.to == "cache" and call.failed for call in self.calls):
            return "without the cache"
        return "miss" if self.queries else "hit"

    @property
    def queries(self) -> int:
        return sum(call.to == "database" for call in self.calls)

    def stages(self) -> list[tuple[str, str, float, str]]:
        """The calls as (to, what, seconds, came), with queries that follow one another as one."""
        merged: list[list] = []
        for call in self.calls:
            if call.to == "database" and merged and merged[-1][0] == "database":
                merged[-1][4] += 1
                merged[-1][2] += call.seconds
                merged[-1][3] = call.came
            else:
                merged.append([call.to, call.what, call.seconds, call.came, 1])
        return [
            (to, "1 query" if count == 1 else f"{count} queries", seconds, came)
            if to == "database"
            else (to, what, seconds, came)
            for to, what, seconds, came, count in merged
        ]


def answer(command: str, value: object) -> str:
    """What a cache's answer to this command means."""
    if command in WRITES:
        return "stored"
    return "miss" if value is None or value == [] or value == {} else "hit"


def failure(error: BaseException) -> str:
    """What kind of failure this is, from the caller's side."""
    import redis

    if isinstance(error, redis.TimeoutError | TimeoutError):
        return "no answer"
    if isinstance(error, redis.ConnectionError | OSError):
        return "refused"
    return "error"


def spelled(arguments: tuple) -> str:
    """A command as one reads it: SET product:7:page … EX 30."""
    words = [_word(one) for one in arguments]
    if words and words[0].upper() in ("SET", "SETEX", "PSETEX", "SETNX", "GETSET") and len(words) > 2:
        at = 3 if words[0].upper() in ("SETEX", "PSETEX") else 2
        if len(words) > at:
            words[at] = "…"
    text = " ".join(words)
    return text if len(text) <= 60 else text[:59] + "…"


def _word(one: object) -> str:
    return one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
