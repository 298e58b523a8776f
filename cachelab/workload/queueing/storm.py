"""A flush on a database that cancels what takes too long, asked by so many workers: which limit ends it?

    world = Storm(limit=8).advance(8)
    world.success, world.recovered, world.finished

`Flush`, and what it leaves out. Each request, hit or miss, takes one of the application's `workers`, and
holds it until its read of the database has ended. The database cancels a read after `timeout` seconds, the
wait for its turn counted, so that a long line finishes almost nothing: what it begins has no time left. What
was read is stored, also if the customer has left.

By Little's law a read is done in time only if no more than timeout · servers / load_time are under way: that
is the limit that helps.

The real run beside it is `flushed(…)` on a `Disk` with a time-out; `make bench` compares the two.
"""

from collections import deque

from cachelab.workload.queueing.flush import Flush

__all__ = ["Storm"]


class Storm(Flush):
    """Requests, workers, a cache and a database with a time-out. Times in seconds; a figure for each second.

    rate … retries, budget, seed   as for Flush
    workers   so many requests are worked on at once, the others wait in line
    work      seconds of the application's one processor that each request takes
    timeout   of a read of the database, from its beginning, the line included
    limit     so many reads may be under way, being served or in line; further misses fail at once
    drops     a worker does not begin a request whose customer has left

    More figures: finished (reads that brought a row), cancelled, shed.
    """

    def __init__(
        self,
        rate: float = 500.0,
        items: int = 800,
        skew: float = 0.8,
        *,
        workers: int = 64,
        work: float = 0.0005,
        timeout: float = 0.1,
        servers: int = 1,
        load_time: float = 0.0063,
        patience: float = 0.5,
        retries: int = 2,
        budget: float | None = None,
        limit: int | None = None,
        drops: bool = False,
        flush: float = 1.0,
        seed: int = 1,
    ):
        for name, value in {"workers": workers, "timeout": timeout}.items():
            if not value > 0:
                raise ValueError(f"{name}={value!r}: must be a number above 0")
        if work < 0:
            raise ValueError(f"work={work!r}: 0 seconds or more")
        super().__init__(
            rate,
            items,
            skew,
            servers=servers,
            load_time=load_time,
            patience=patience,
            retries=retries,
            budget=budget,
            limit=limit,
            flush=flush,
            seed=seed,
        )
        self.workers, self.work, self.timeout, self.drops = workers, work, timeout, drops
        self._figures |= {name: [] for name in ("finished", "cancelled", "shed")}
        self._free = workers
        self._processor_free = 0.0
        self._waiting_line: deque = deque()  # for a worker: callers, as Flush has them
        self._under_way = 0  # reads of the database

    @property
    def longest_limit(self) -> float:
        """Reads under way that can all be done within the time-out: timeout · servers / load_time."""
        return self.timeout * self.servers / self.load_time

    def _ask(self, item: int, tried: int):
        caller = [item, tried, True]  # the last: still there
        self._waiting_line.append(caller)
        self._events.at(self._events.now + self.patience, self._lose_patience, caller)
        self._begin()

    def _begin(self):
        while self._free and self._waiting_line:
            caller = self._waiting_line.popleft()
            if self.drops and not caller[2]:
                continue
            self._free -= 1
            self._processor_free = max(self._processor_free, self._events.now) + self.work
            self._events.at(self._processor_free, self._look, caller)

    def _look(self, caller: list):
        item = caller[0]
        if self._until.get(item, -1.0) > self._events.now:
            self._count("hits")
            self._end(caller, answered=True)
        elif self.limit is not None and self._under_way >= self.limit:
            self._count("shed")
            self._end(caller, answered=False)
        else:
            read = [item, caller, True]  # the last: not ended
            self._under_way += 1
            self._line.append(read)
            self._events.at(self._events.now + self.timeout, self._cancel, read)
            self._serve()

    def _serve(self):
        while self._line and self._busy < self.servers:
            read = self._line.popleft()
            if read[2]:
                self._busy += 1
                self._count("loads")
                read.append("served")
                self._events.at(self._events.now + self.load_time, self._read, read)

    def _read(self, read: list):
        item, caller, under_way, *_ = read
        if under_way:
            self._until[item] = self._events.now + self.ttl
            self._count("finished")
            self._leave_database(read)
            self._end(caller, answered=True)

    def _cancel(self, read: list):
        if read[2]:
            self._count("cancelled")
            self._leave_database(read)
            self._end(read[1], answered=False)

    def _leave_database(self, read: list):
        read[2] = False
        self._under_way -= 1
        if len(read) > 3:  # it was being served: the next one's turn
            self._busy -= 1
        self._serve()

    def _end(self, caller: list, answered: bool):
        """The worker is free; the customer, if still there, has an answer or asks again."""
        self._free += 1
        item, tried, still_there = caller
        if still_there:
            caller[2] = False
            if answered:
                self._count("answered")
            else:
                self._give_up(item, tried)
        self._begin()
