"""One step of a schedule, as facts. `call`, `note` and `result` are made from them, by words.py."""

from __future__ import annotations

from dataclasses import dataclass, field

from cachelab.races.calls import Call
from cachelab.races.telling import words

CACHE, DATABASE = "cache", "database"
#: the fault that a kind of step is
FAULTS = {
    "lost": "lost_call",
    "unanswered": "lost_call",
    "crash": "crash",
    "evict": "evict",
    "expire": "expire",
    "failover": "failover",
}


@dataclass(frozen=True)
class Step:
    """One step of a schedule, and how things stand after it.

    kind      for a client: call, lost (on its way), unanswered (done, but the answer is lost), poll on (more
              rounds of a loop, in vain), begin (its database snapshot), wait, crash; for nobody: evict,
              expire, elapse (all TTLs run out), failover, replicate
    to        where a call goes: "cache", "database", "replica", or None
    returned  what a reader that ends here returns, as text; None: it does not end here, or is no reader
    """

    client: str  # who moves: a client's name, or "cache" or "database" for what happens to them
    kind: str
    to: str | None
    key: str  # the cache's key that it is about, "" if none
    cache: dict  # the cache's contents after the step
    db: str  # the latest committed value after the step
    asked: Call | None = None  # the call; of a crash, the one that is never made
    answer: object = None  # to the call, raw
    commit: int | None = None  # the commit that a CDC handler is at
    rounds: int = 0  # how many a client polls on
    committed: str | None = None  # the value that this step commits
    held: str | None = None  # the committed value that the client is told, be it old or new
    missed: bool = False  # whether a look-up found nothing
    returned: str | None = None
    raised: str | None = None  # the class of the exception that ends the client
    ends: bool = False  # the client is done after this step
    stale: tuple[str, ...] = ()  # keys that hold a value the database has since replaced
    expiring: tuple[str, ...] = ()  # keys with a TTL
    replica: str | None = None  # what a lagging replica has after the step
    line: int | None = None  # in the client's source file
    source: str = ""  # the text of that line
    file: str = ""
    index: int = field(default=-1, compare=False)  # of the client in the list given to explore(); -1: none

    def __iter__(self):
        """For `client, call, result, cache, db = step`."""
        return iter((self.client, self.call, self.result, self.cache, self.db))

    @property
    def fault(self) -> str | None:
        """The fault that this step is, if it is one."""
        return FAULTS.get(self.kind)

    @property
    def waits(self) -> bool:
        """Whether it waits for the running readers: races.outlast_readers()."""
        return self.kind == "call" and self.asked.kind == "outlast"

    @property
    def call(self) -> str:
        """What it does, in words: GET user:1, db.read(), crashes, evicts user:1."""
        return words.call(self)

    @property
    def brief(self) -> str:
        """`call` without the parts nobody reads: a script's text, memcached's flags and lengths."""
        return words.call(self, brief=True)

    @property
    def result(self) -> object:
        """What the client is answered, in plain Python types; None is a miss."""
        return words.result(self)

    @property
    def remark(self) -> str:
        """What the answer means: there is nothing to delete."""
        return words.remark(self)

    @property
    def ending(self) -> str:
        """How the client ends, if it does: reader returns v0."""
        return words.ending(self)

    @property
    def note(self) -> str:
        """The remark and the ending, as the last column of a table."""
        return "; ".join(filter(None, [self.remark, self.ending]))

    def shown(self) -> str:
        """The result as a table prints it."""
        return words.show(self.result, "nil" if self.index >= 0 and self.fault is None else "")
