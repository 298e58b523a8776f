"""The race explorer against its goals, against every schedule one by one, and against frontrun.

The same race each time: cache-aside readers beside writers that delete after they write.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import redis

from cachelab import engines, races
from cachelab.races import matrix
from cachelab.races.moves import moves
from cachelab.races.strategies import STRATEGIES, DeleteAfterWrite

from . import Row

GOALS = {(1, 1): 0.020, (2, 1): None, (2, 2): 1.0, (3, 2): None}  # (readers, writers) -> seconds
MATRIX_GOAL = 180.0  # seconds, on two cores; measured on one
ONE_BY_ONE = ((2, 1), (2, 2))  # (3, 2) has six million schedules
PEER = ((1, 1), (2, 1))
PEER_SECONDS = 60  # frontrun is stopped after so long


def rows() -> Iterator[Row]:
    """Yield each ratio with the figures behind it."""
    races.explore(_clients(1, 1))  # imports
    ours = {size: _explore(*size) for size in GOALS}
    for size, (seconds, report) in ours.items():
        goal = GOALS[size]
        detail = f"{seconds * 1e3:.1f} ms, {report.states:,} states, {report.schedules:,} schedules"
        name = f"races {_name(size)}: explore"
        yield Row(
            f"{name} / {goal:g} s" if goal else f"{name} (s)", seconds / (goal or 1), goal and 1.0, detail
        )
    for size in ONE_BY_ONE:
        seconds, schedules = _one_by_one(_clients(*size))
        yield Row(
            f"races {_name(size)}: explore / every schedule one by one",
            ours[size][0] / seconds,
            0.2 if size == (2, 2) else None,
            f"{schedules:,} schedules in {seconds:.2f} s; the models alone, no server",
        )
    yield from _rules()
    yield from _frontrun(ours)
    began = time.perf_counter()
    for strategy in STRATEGIES:
        matrix.row(strategy, seconds=None)
    seconds = time.perf_counter() - began
    yield Row(f"races matrix / {MATRIX_GOAL:g} s", seconds / MATRIX_GOAL, 1.0, f"{seconds:.1f} s on one core")


def _limits(cache, db):
    """Lets two requests in, by an optimistic count."""
    with cache.pipeline() as pipe:
        while True:
            try:
                pipe.watch("hits")
                count = int(pipe.get("hits") or 0)
                if count >= 2:
                    return False
                pipe.multi()
                pipe.set("hits", count + 1, ex=60)
                pipe.execute()
                return True
            except redis.WatchError:
                pass


def _locks(cache, db):
    """Adds one to the row, under redis-py's own lock."""
    lock = cache.lock("lock", timeout=10, blocking=False)
    if not lock.acquire():
        return
    db.write(db.read() + "+1")
    with suppress(redis.exceptions.LockError):
        lock.release()


def _rules() -> Iterator[Row]:
    """Rules of the caller's own, asked in every quiet state: a limiter's and a lock's."""
    for name, clients, goal, rule in (
        (
            "a limiter, three requests",
            [_limits] * 3,
            2.0,
            lambda cache, db, results: results.count(True) <= 2,
        ),
        ("a lock, two workers", [_locks] * 2, 0.2, lambda cache, db, results: cache.ttl("lock") != -1),
    ):
        began = time.process_time()
        report = races.explore(clients, fault="expire", rules={"it holds": rule}, seconds=None)
        seconds = time.process_time() - began
        detail = f"{seconds * 1e3:.0f} ms, {report.states:,} states, {report.schedules:,} schedules"
        yield Row(f"races rules: {name}, expire / {goal:g} s", seconds / goal, 1.0, detail)
    asked = {"fault": "expire", "rules": {"it holds": lambda cache, db, results: True}}
    began = time.perf_counter()
    report = races.explore([_locks] * 3, **asked)
    seconds = time.perf_counter() - began
    walked, schedules = _one_by_one([_locks] * 3, **asked)
    yield Row(
        "races rules: a lock, three workers: explore / one by one",
        seconds / walked,
        None,
        f"{report.schedules:,} and {schedules:,} schedules; {walked * 1e3:.0f} ms one by one",
    )


def _clients(readers: int, writers: int) -> list:
    return [DeleteAfterWrite.reader] * readers + [DeleteAfterWrite.writer] * writers


def _name(size: tuple[int, int]) -> str:
    return "R" * size[0] + "‖" + "W" * size[1]


def _explore(readers: int, writers: int) -> tuple[float, races.Report]:
    """The best of a few runs, in seconds, and the report."""
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        report = races.explore(_clients(readers, writers), seconds=None)
        best = min(best, time.perf_counter() - began)
    return best, report


def _one_by_one(clients: list, **asked) -> tuple[float, int]:
    """Walk every schedule to its end, remembering no state: `(seconds, schedules)`."""
    search = races.explore(clients, **asked)._search
    world, schedules = search.world, 0
    began = time.perf_counter()
    todo = list(search.starts.values())
    while todo:
        state = todo.pop()
        schedules += world.finished(state)
        todo += [option.state for option in moves(world, state)]
    return time.perf_counter() - began, schedules


RACE = """
import json, sys, time
import frontrun, redis
port, readers, writers = map(int, sys.argv[1:])

class World:
    def __init__(self):
        self.db = 0
        client = redis.Redis(port=port)
        client.flushall()
        client.close()

def reader(world):
    cache = redis.Redis(port=port, decode_responses=True)
    value = cache.get("user:1")
    if value is None:
        value = str(world.db)
        cache.set("user:1", value)
    cache.close()

def writer(world):
    cache = redis.Redis(port=port, decode_responses=True)
    world.db = world.db + 1
    cache.delete("user:1")
    cache.close()

def converged(world):
    cached = redis.Redis(port=port, decode_responses=True).get("user:1")
    return cached is None or cached == str(world.db)

began = time.perf_counter()
result = frontrun.explore(setup=World, workers=[reader] * readers + [writer] * writers, invariant=converged,
                          stop_on_first=False, reproduce_on_failure=0)
print(json.dumps([time.perf_counter() - began, result.num_explored, result.property_holds]))
"""


def _frontrun(ours) -> Iterator[Row]:
    """frontrun (a development dependency, Linux only) on the same race, with a real Valkey under it."""
    command = Path(sys.executable).with_name("frontrun")
    if not command.exists():
        return
    server = engines.ValkeyServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "race.py")
            script.write_text(RACE)
            for size in PEER:
                name = f"races {_name(size)}: explore / frontrun"
                argv = [command, sys.executable, script, str(server.port), *map(str, size)]
                try:
                    done = subprocess.run(
                        argv, capture_output=True, text=True, timeout=PEER_SECONDS, cwd=folder
                    )
                except subprocess.TimeoutExpired:
                    ratio = ours[size][0] / PEER_SECONDS
                    yield Row(name, ratio, None, f"frontrun not done after {PEER_SECONDS} s")
                    continue
                lines = done.stdout.strip().splitlines()
                if done.returncode or not lines:
                    yield Row(name, float("nan"), None, f"frontrun failed: {done.stderr.strip()[-80:]}")
                    continue
                seconds, runs, holds = json.loads(lines[-1])
                found = "no race found" if holds else "race found"
                yield Row(
                    name, ours[size][0] / seconds, None, f"{runs} executions in {seconds:.1f} s, {found}"
                )
    finally:
        server.kill()


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name:55} {row.ratio:10.4f} {row.verdict:7} {row.detail}")
