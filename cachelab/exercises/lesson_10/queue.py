"""10.5: a queue of jobs that survives its workers, killed after each of their trips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis

from cachelab import virtual
from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Settled, Text, broken, incorrect, not_attempted
from cachelab.exercises.asserts.crowd import virtual_time
from cachelab.learner import lines
from cachelab.learner.words import counted, show

LEASE = 60.0  # seconds that a worker has for a job
WITHIN, AFTER = 50.0, 65.0
TRIPS = 8  # after so many trips a function is not killed any more
GREETING = {"HELLO", "CLIENT", "AUTH", "SELECT"}  # what redis-py says by itself on a new connection
SIZE = {b"stream": "XLEN", b"list": "LLEN", b"zset": "ZCARD", b"hash": "HLEN", b"set": "SCARD"}


@define(
    "10.5",
    "A queue that loses nothing",
    minutes=20,
    needs=("valkey",),
    hints=(
        "What has been taken must still be somewhere until it is done, with the time when it was taken. A "
        "stream with a group keeps that by itself: `XREADGROUP` hands out, `XACK` is done. Who looks after "
        "what nobody has acknowledged?",
        "`cache.xautoclaim(stream, group, worker, 60_000, '0-0', count=1)` takes over what has been pending "
        "for a minute, and `take` may begin with it. A group is made with `xgroup_create(…, id='0', "
        "mkstream=True)`, which raises a `redis.ResponseError` if it is there. What would `id='$'` miss?",
        "`XACK` returns how many it has acknowledged: 1 the first time, then 0. It leaves the entry in the "
        "stream; `XDEL` removes it. Both in one transaction.",
    ),
)
def a_queue_that_loses_nothing(lab: Lab, put, take, done):
    queue = put, take, done
    it_is_a_queue(*queue)
    who_comes_after_the_job_finds_it(*queue)
    a_dead_worker_s_jobs_come_again(*queue)
    the_living_keep_theirs(*queue)
    it_counts_once(*queue)
    for name, victim in (("put", 0), ("take", 1), ("done", 2)):
        killed_after_each_trip(name, victim, *queue)
    what_is_done_leaves_nothing(*queue)
    return (
        "Killed after each of its trips, no worker takes a job with it; nobody is robbed within his minute; "
        "each job counts once, and what is done leaves nothing behind. Done twice it may be: that is left "
        "to the work itself."
    )


class Killed(BaseException):
    """The worker's process ends here. No `except Exception` of the learner's sees it."""


class _Life:
    """A worker's process: it ends before the trip after so many."""

    def __init__(self):
        self.left: int | None = None  # trips; None: as many as it likes
        self.over = False

    def trip(self) -> None:
        if self.left == 0:
            self.over = True
            raise Killed
        if self.left is not None:
            self.left -= 1


class _Mortal(redis.Connection):
    """A connection of a worker that may be killed; what was sent is in `sent`."""

    def __init__(self, *, life: _Life, sent: list[list[str]], **settings):
        self._life, self._sent = life, sent
        super().__init__(**settings)

    def send_packed_command(self, command, check_health=True):
        words = _words(command)
        if words[0].upper() not in GREETING:
            self._life.trip()
            self._sent.append(words)
        return super().send_packed_command(command, check_health)


def _words(packed) -> list[str]:
    """The first command of a packed request, as words."""
    data = packed if isinstance(packed, bytes) else b"".join(packed)
    parts = data.split(b"\r\n")
    count = int(parts[0][1:])
    return [word.decode(errors="replace") for word in parts[2 : 2 * count + 1 : 2]]


class _World:
    """A new server, and workers of it; each call of the learner's functions is told in `story`."""

    def __init__(self, clock: virtual.Clock, functions, called: str):
        self.clock, self.functions, self.called = clock, functions, called
        self.server = clock.cache(latency=0.001)
        self.sent: list[list[str]] = []
        self.story: list[str] = []

    def worker(self) -> Worker:
        life = _Life()
        pool = redis.ConnectionPool(
            connection_class=_Mortal,
            host=self.server.host,
            port=self.server.port,
            decode_responses=True,
            life=life,
            sent=self.sent,
        )
        return Worker(self, redis.Redis(connection_pool=pool), life)

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.story.append(f"{seconds:g} s pass")

    def wrong(self, happened: str, expected: str, think: str = "") -> Settled:
        return incorrect(
            self.called, happened, expected, think, Text("What happened", "\n".join(self.story[-14:]))
        )

    def stored(self) -> int:
        """How many things are kept in the cache."""
        total = 0
        for key in self.server.ask("KEYS", "*"):
            size = SIZE.get(self.server.ask("TYPE", key))
            total += self.server.ask(size, key) if size else 1
        return total


class Worker:
    """What one process does with the queue."""

    def __init__(self, world: _World, client: redis.Redis, life: _Life):
        self.world, self.client, self.life = world, client, life

    def _do(self, which: int, *given: Any) -> Any:
        world, function = self.world, self.world.functions[which]
        told = f"{('put', 'take', 'done')[which]}({', '.join(['cache', *map(show, given)])})"
        try:
            value = function(self.client, *given)
        except Killed:
            value = None
        except (Settled, virtual.VirtualTimeError):
            raise
        except NotImplementedError:
            raise not_attempted("There is something left to write: `raise NotImplementedError`.") from None
        except Exception as error:
            if not self.life.over:
                world.story.append(f"{told}  →  {describe(error)}")
                where, story = str(lines.of_error(error) or ""), "\n".join(world.story[-14:])
                raise broken(world.called, describe(error), where, "", Text("What happened", story)) from None
            value = None
        if self.life.over:
            world.story.append(f"{told}  →  killed")
            raise Killed
        world.story.append(f"{told}  →  {show(value)}" if which else told)
        return value

    def put(self, job: str) -> None:
        self._do(0, job)

    def take(self) -> tuple[Any, str] | None:
        """(handle, job), or None."""
        value = self._do(1)
        if value is None:
            return None
        if not isinstance(value, tuple | list) or len(value) != 2 or not isinstance(value[1], str):
            think = "The job is the text that was put, and the handle is what `done` needs."
            raise self.world.wrong(f"take returned {show(value)}", "(handle, job), or None", think)
        return value[0], value[1]

    def done(self, handle: Any) -> bool:
        value = self._do(2, handle)
        if not isinstance(value, bool | int) or value not in (True, False):
            raise self.world.wrong(f"done returned {show(value)}", "True or False")
        return bool(value)

    def rest(self) -> list[str]:
        """Take and do all that can be taken; what counted."""
        finished = []
        for _ in range(20):
            if (taken := self.take()) is None:
                return finished
            if self.done(taken[0]):
                finished.append(taken[1])
        raise self.world.wrong(
            "twenty were taken, and there are still more", "what is done does not come again"
        )


@contextmanager
def world(functions, called: str) -> Iterator[_World]:
    with virtual_time(called, *functions) as clock:
        yield _World(clock, functions, called)


# --- what is asked ---


def it_is_a_queue(*queue: Callable) -> None:
    jobs = ["resize 7", "resize 8", "resize 7", *(f"mail {n}: Zoë, 李" for n in range(12))]
    with world(queue, "a worker, and fifteen jobs, two of them alike") as here:
        worker = here.worker()
        if (taken := worker.take()) is not None:
            raise here.wrong(f"take returned {show(taken)}", "None: there is no job yet")
        for job in jobs:
            worker.put(job)
        taken = [worker.take() for _ in jobs]
        found = [one and one[1] for one in taken]
        if found != jobs:
            place = next(i for i, pair in enumerate(zip(found, jobs, strict=True)) if pair[0] != pair[1])
            think = "First come, first served."
            if taken[place] in taken[:place]:
                think = (
                    "It was taken a moment ago. How does `take` know that a worker is dead, and not at work?"
                )
            elif not any(found):
                think = "Where does `put` leave a job, and does `take` look there?"
            elif found[place] is not None and found[place] not in jobs:
                think = "The job is the text that was put, and it comes second: (handle, job)."
            elif None in found:
                think = "Two jobs may be alike: both are to be done."
            raise here.wrong(
                f"the {place + 1}. that was taken is {show(found[place])}", show(jobs[place]), think
            )
        if (more := worker.take()) is not None:
            raise here.wrong(f"then take returned {show(more)}", "None: all fifteen are taken")
        for handle, job in taken:
            if not worker.done(handle):
                raise here.wrong(
                    f"done returned False for {show(job)}", "True: it was done for the first time"
                )
        here.sleep(AFTER)
        if (more := worker.take()) is not None:
            raise here.wrong(
                f"afterwards take returned {show(more)}", "None: all are done", "What is done, stays done."
            )
        for words in here.sent:
            upper = [word.upper() for word in words]
            if upper[0] in ("XADD", "XTRIM", "LTRIM") and {"MAXLEN", "MINID", "LTRIM"} & set(upper[:6]):
                raise here.wrong(
                    f"it sent `{' '.join(words[:5])} …`",
                    "a job stays until it is done, however many there are",
                    "When workers stand still for an hour, the queue grows. Which jobs does this throw away?",
                )


def who_comes_after_the_job_finds_it(*queue: Callable) -> None:
    with world(queue, "a job is put before the first worker comes, on a server that is new") as here:
        here.worker().put("resize 7")
        if here.worker().take() is None:
            raise here.wrong(
                "take returned None",
                "the job: it has been waiting",
                "From where on does who comes later see the queue?",
            )


def a_dead_worker_s_jobs_come_again(*queue: Callable) -> None:
    jobs = ["resize 7", "resize 8", "resize 9"]
    with world(queue, "a worker takes three jobs and dies; another one comes later") as here:
        dead, other = here.worker(), here.worker()
        for job in jobs:
            dead.put(job)
        for _ in jobs:
            dead.take()
        here.sleep(AFTER)
        again = [other.take() for _ in jobs]
        if None in again:
            missing = again.count(None)
            raise here.wrong(
                f"take returned None: nobody has {counted(jobs[:missing], 'job')} of three, not done",
                f"after {LEASE:g} s each of them can be taken again",
                "Where is a job that has been taken, and who looks there?"
                if missing == len(jobs)
                else "How many does `take` take over, and how many does it return?",
            )
        finished = [job for handle, job in again if other.done(handle)]
        if sorted(finished) != jobs:
            raise here.wrong(f"that worker could finish {show(finished)}", f"{show(jobs)}, done: True")
        here.sleep(AFTER)
        if (more := other.take()) is not None:
            raise here.wrong(f"then take returned {show(more)}", "None: all are done")


def the_living_keep_theirs(*queue: Callable) -> None:
    with world(queue, f"a worker needs {WITHIN:g} s for a job; another one asks meanwhile") as here:
        first, other = here.worker(), here.worker()
        first.put("resize 7")
        mine = first.take()
        for _ in range(5):
            here.sleep(WITHIN / 5)
            if (taken := other.take()) is not None:
                raise here.wrong(
                    f"the other one was given {show(taken[1])}, too",
                    f"None: a worker has {LEASE:g} s for its job",
                    "How does `take` know that a worker is dead, and not at work?",
                )
        if mine is None or not first.done(mine[0]):
            raise here.wrong("done returned False", "True: it was done in time")


def it_counts_once(*queue: Callable) -> None:
    for slow_first in (True, False):
        with world(queue, "a worker is too slow, another one takes its job over, and both finish it") as here:
            slow, other = here.worker(), here.worker()
            slow.put("resize 7")
            first = slow.take()
            here.sleep(AFTER)
            second = other.take()
            pair = [(slow, first), (other, second)]
            counts = sum(worker.done(taken[0]) for worker, taken in (pair if slow_first else pair[::-1]))
            if counts != 1:
                raise here.wrong(
                    f"done returned True {counted(['x'] * counts, 'time')}",
                    "True for one of the two",
                    "Whoever counts what was done counts this job twice. What does the server say when "
                    "it is told for the second time?"
                    if counts
                    else "It was done.",
                )
            here.sleep(AFTER)
            if (more := other.take()) is not None:
                raise here.wrong(f"then take returned {show(more)}", "None: it is done")


def killed_after_each_trip(name: str, victim: int, *queue: Callable) -> None:
    for trips in range(TRIPS):
        after = f"after its {trips}. trip" if trips else "before its first trip"
        with world(queue, f"a worker is killed in `{name}`, {after}") as here:
            healthy, doomed = here.worker(), here.worker()
            healthy.put("before")
            handle = healthy.take()[0] if victim == 2 else None
            doomed.life.left = trips
            try:
                given = (("its own",), (), (handle,))[victim]
                (doomed.put, doomed.take, doomed.done)[victim](*given)
            except Killed:
                pass
            ended = not doomed.life.over
            healthy.put("later")
            finished = healthy.rest()
            here.sleep(AFTER)
            finished += healthy.rest()
            for job in ("before", "later"):
                if finished.count(job) != 1 and not (victim == 2 and job == "before" and job not in finished):
                    often = counted(["x"] * finished.count(job), "time") if job in finished else "never"
                    raise here.wrong(
                        f"{show(job)} was done {often}",
                        "once: whoever dies, each job comes until it is done",
                        "Between which two of its trips is this job nowhere, or in two places?",
                    )
        if ended:
            return


def what_is_done_leaves_nothing(*queue: Callable) -> None:
    with world(queue, "thirty jobs are put, taken and done") as here:
        worker, kept = here.worker(), []
        for number in range(30):
            worker.put(f"resize {number}")
            if (taken := worker.take()) is not None:
                worker.done(taken[0])
            kept.append(here.stored())
        if kept[-1] - kept[9] >= 10:
            raise here.wrong(
                f"after ten jobs {kept[9]} things are stored, after thirty {kept[-1]}",
                "what is done leaves nothing behind",
                "A million jobs later, what is in memory? What is acknowledged is still in the stream.",
            )
