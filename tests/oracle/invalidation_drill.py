"""Lesson 05's own module, cell by cell, against real servers and real trouble.

Two releases read (keys v2 and v3), writers write, one of them holds its transaction open, a worker empties
the outbox, and a small cache evicts (volatile-lru). Half-way the cache fails over to a replica that lacks
what was acknowledged last, deletes included. Every answer is held against what was acknowledged before it
was asked for: a read is stale if it returns a city older than one whose update_user had returned, its delete
done, before the read began. None may be, except after the failover: until gap + TTL, where the gap is the
longest read.

`python -m tests.oracle.invalidation_drill 60` runs it for so many seconds and prints what it counted.
"""

from __future__ import annotations

import random
import sys
import threading
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from cachelab import engines, shop
from cachelab.engines.relay import Relay

LESSON = Path(__file__).parents[2] / "notebooks/05_invalidation_races.ipynb"
CELLS = ("final-04", "final-write", "final-outbox", "final-read")
USERS = 400
TTL = 3  # seconds
FILLER = 30_000  # keys of others, so that the cache is full


def module(version: str | None = None) -> dict:
    """The lesson's cells as a program of its own; `version`: of the keys it fills, if not its own."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    names: dict = {}
    exec("import redis\nfrom uuid import uuid4", names)
    for name in CELLS:
        exec(compile(cells[name], f"lesson 05, {name}", "exec"), names)
    names["VERSION"] = version or names["VERSION"]
    return names


@dataclass
class Counted:
    """What a run has met."""

    reads: int = 0
    updates: int = 0
    stale: int = 0  # where none may be
    left_over: int = 0  # stale reads after the failover, within gap + TTL
    latest: float = 0.0  # seconds after the failover of the last of these
    gap: float = 0.0  # the longest read, in seconds
    evicted: int = 0
    queued: int = 0  # rows in the outbox at the end
    failures: Counter = field(default_factory=Counter)
    errors: list = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.reads:,} reads, {self.updates:,} updates, {self.evicted:,} keys evicted\n"
            f"stale where none may be: {self.stale}\n"
            f"stale after the failover: {self.left_over}, the last {self.latest:.1f} s after it "
            f"(TTL {TTL} s, longest read {self.gap:.2f} s)\n"
            f"left in the outbox: {self.queued}\nfailures counted: {dict(self.failures)}"
        )


class Drill:
    """The servers, and the threads that use them."""

    def __init__(self, seconds: float, failover: bool = True, **changed: object):
        """`changed`: names of the lesson's module that are to be something else, to see what they are for."""
        self.failover = failover
        self.seconds, self.counted, self.stop = seconds, Counted(), threading.Event()
        self.releases = [module("v2"), module("v3")]
        for release in self.releases:
            release.update(changed)
        self.acknowledged = [0] * USERS  # for each user the number of the last update that is done
        self.lock = threading.Lock()
        self.failed_over, self.taken_over = False, float("inf")  # whether it has begun, when it was over

    def run(self) -> Counted:
        with ExitStack() as stack:
            config = {
                "maxmemory": "8mb",
                "maxmemory-policy": "volatile-lru",
                "repl-backlog-size": "64kb",
            }
            self.primary = engines.ValkeyServer(config)
            stack.callback(self.primary.stop)
            self.link = stack.enter_context(Relay((self.primary.host, self.primary.port)))
            replicaof = {"replicaof": f"{self.link.host} {self.link.port}", "repl-timeout": 60}
            self.replica = engines.ValkeyServer(config | replicaof)
            stack.callback(self.replica.stop)
            self.endpoint = stack.enter_context(Relay((self.primary.host, self.primary.port)))
            self._prepare()
            jobs = [self._reads] * 4 + [self._updates] * 2 + [self._holds, self._catches_up, self._fills_up]
            threads = [threading.Thread(target=self._guarded, args=(job, i)) for i, job in enumerate(jobs)]
            for thread in threads:
                thread.start()
            try:
                self.stop.wait(self.seconds / 2)
                if self.failover:
                    self._fail_over()
                self.stop.wait(max(self.seconds / 2, 2 * TTL if self.failover else 0))
            finally:
                self.stop.set()
                for thread in threads:
                    thread.join()
            self._finish()
        return self.counted

    # --- what the threads do ---

    def _reads(self, i: int) -> None:
        release, db = self.releases[i % 2], shop.connect()
        cache = self._client("careful")
        while not self.stop.is_set():
            user = self._user()
            known, began = self.acknowledged[user], time.monotonic()
            got = release["get_user"](user + 1, cache, db, ttl=TTL)["city"]
            self._judge(number(got), known, began, time.monotonic() - began)
        db.close()

    def _updates(self, i: int) -> None:
        """Its own users only, so that it knows the order of their updates."""
        self._write(i, lambda sql, release, user, city: None)

    def _holds(self, i: int) -> None:
        """The transaction stays open for a while after the row was written."""

        def hold(sql, release, user, city):
            with sql.transaction():
                sql.execute("UPDATE users SET city = %s WHERE user_id = %s", [city, user + 1])
                sql.execute("INSERT INTO to_forget (user_id) VALUES (%s)", [user + 1])
                time.sleep(random.uniform(0.02, 0.2))
            return True

        self._write(i, hold)

    def _write(self, i: int, hold) -> None:
        release, cache, sql = self.releases[i % 2], self._client("persistent"), shop.connect().connection
        mine = range(i % 3, USERS, 3)
        while not self.stop.is_set():
            user = random.choice(mine[:20])  # of those that are read most
            after = self.acknowledged[user] + 1
            if hold(sql, release, user, f"City {after}"):
                release["catch_up"](cache, sql)
            else:
                release["update_user"](user + 1, f"City {after}", cache, sql)
            while sql.execute("SELECT 1 FROM to_forget WHERE user_id = %s LIMIT 1", [user + 1]).fetchone():
                if self.stop.wait(0.02):  # the delete is in somebody's hands, or has failed: not done yet
                    return
            with self.lock:
                self.acknowledged[user] = after
                self.counted.updates += 1
            time.sleep(0.005)

    def _catches_up(self, i: int) -> None:
        cache, sql = self._client("persistent"), shop.connect().connection
        while not self.stop.wait(0.2):
            self.releases[0]["catch_up"](cache, sql)

    def _fills_up(self, i: int) -> None:
        """Others' keys, with a TTL, so that the cache is full and evicts."""
        redis, cache = self.releases[0]["redis"], self._client("careful")
        while not self.stop.wait(0.002):
            try:
                cache.set(f"page:{random.randrange(FILLER)}", "x" * 200, ex=600)
            except redis.RedisError:
                pass

    def _guarded(self, job, i: int) -> None:
        try:
            job(i)
        except Exception as error:
            self.counted.errors.append(error)
            self.stop.set()

    # --- the trouble ---

    def _fail_over(self) -> None:
        """The link to the replica goes silent, what happens then is lost; the primary dies, it takes over."""
        self.link.hang()
        self.stop.wait(0.5)
        self.primary.kill()
        self.replica.client().execute_command("REPLICAOF", "NO", "ONE")
        self.failed_over = True
        self.endpoint.retarget(self.replica.host, self.replica.port)
        self.endpoint.cut()
        self.taken_over = time.monotonic()

    # --- before, after, and the judgement ---

    def _prepare(self) -> None:
        sql = shop.connect().connection
        sql.execute("DROP TABLE IF EXISTS to_forget")
        sql.execute("CREATE TABLE to_forget (id bigserial PRIMARY KEY, user_id int)")
        self.cities = sql.execute("SELECT user_id, city FROM users WHERE user_id <= %s", [USERS]).fetchall()
        sql.execute("UPDATE users SET city = 'City 0' WHERE user_id <= %s", [USERS])
        cache = self.primary.client()
        for first in range(0, FILLER, 1000):
            with cache.pipeline(transaction=False) as pipe:
                for page in range(first, first + 1000):
                    pipe.set(f"page:{page}", "x" * 200, ex=600)
                pipe.execute()
        deadline = time.monotonic() + 60
        while self.replica.client().info("replication")["master_link_status"] != "up":
            if time.monotonic() > deadline:
                raise RuntimeError("the replica did not find its primary within 60 s")
            time.sleep(0.05)

    def _finish(self) -> None:
        sql = shop.connect().connection
        cache = (self.replica if self.failover else self.primary).client()
        self.counted.evicted = cache.info("stats")["evicted_keys"]
        self.releases[0]["catch_up"](cache, sql)
        self.counted.queued = sql.execute("SELECT count(*) AS n FROM to_forget").fetchone()["n"]
        sql.execute("DROP TABLE to_forget")
        for row in self.cities:
            sql.execute("UPDATE users SET city = %(city)s WHERE user_id = %(user_id)s", row)
        for release in self.releases:
            self.counted.failures.update(release["failures"])

    def _client(self, settings: str):
        names = self.releases[0]
        return names["redis"].Redis(host=self.endpoint.host, port=self.endpoint.port, **names[settings])

    @staticmethod
    def _user() -> int:
        return min(int(random.paretovariate(0.6)) - 1, USERS - 1)

    def _judge(self, got: int, known: int, began: float, took: float) -> None:
        counted = self.counted
        with self.lock:
            counted.reads += 1
            counted.gap = max(counted.gap, took)
            if got >= known:
                return
            since = began - self.taken_over
            if not self.failed_over:
                counted.stale += 1
                return
            if since > TTL + counted.gap:
                counted.stale += 1
            else:
                counted.left_over += 1
                counted.latest = max(counted.latest, since)


def number(city: str) -> int:
    return int(city.removeprefix("City "))


if __name__ == "__main__":
    counted = Drill(float(sys.argv[1]) if sys.argv[1:] else 60.0).run()
    print(counted)
    for error in counted.errors:
        traceback.print_exception(error)
