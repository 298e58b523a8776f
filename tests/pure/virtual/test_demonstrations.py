"""Three demonstrations that lessons stand on: a stampede, a breaker, and a time-out that loads the
database.
"""

import random
import threading
import time
import uuid

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import virtual

LOAD_TIME, TTL_MS = 0.1, 1000


# A stampede: 100 requests a second for one key, whose load takes 0.1 s


def plain(client, database):
    row = client.get("product:7")
    if row is None:
        row = database.read("product:7")
        client.set("product:7", row, px=TTL_MS)
    return row


def with_lock(client, database, lock_ms=2000, second_look=True):
    token = uuid.uuid4().hex
    while True:
        row = client.get("product:7")
        if row is not None:
            return row
        if client.set("lock:product:7", token, nx=True, px=lock_ms):
            try:
                row = client.get("product:7") if second_look else None
                if row is None:
                    row = database.read("product:7")
                    client.set("product:7", row, px=TTL_MS)
            finally:
                client.execute_command("DELIFEQ", "lock:product:7", token)
            return row
        time.sleep(0.01)


def with_a_short_lock(client, database):
    return with_lock(client, database, lock_ms=30)


def xfetch(client, database, beta=1.0):
    found = client.get("product:7")
    if found is not None:
        row, took, expires = found.split("|")
        if time.time() + float(took) * beta * random.expovariate(1) < float(expires):
            return row
    began = time.time()
    row = database.read("product:7")
    took = time.time() - began
    client.set("product:7", f"{row}|{took}|{time.time() + TTL_MS / 1000}", px=TTL_MS)
    return row


def loads_per_expiry(get_product, seed=1, seconds=3.5) -> tuple[list[int], virtual.Load]:
    with virtual.time(seed=seed) as clock:
        client = clock.cache(latency=0.001).client(decode_responses=True)
        database = clock.database(servers=1000, service=LOAD_TIME, rows={"product:7": "9.99"})
        load = clock.open(lambda: get_product(client, database), rate=100, seconds=seconds)
    groups, last = [], -1.0
    for at in database.began:
        if at - last > 0.4:
            groups.append(0)
        groups[-1] += 1
        last = at
    return groups, load


def test_a_stampede_loads_once_for_each_request_that_comes_meanwhile_and_a_lock_once():
    """1 + λD = 11 per expiry, Poisson around it (lessons_06_07 §7); with a lock 1; it waits for the load."""
    groups, load = loads_per_expiry(plain)
    assert len(groups) >= 3 and all(5 <= loads <= 19 for loads in groups)
    assert load.answered == load.sent and 0.1 <= load.percentile(99) < 0.2
    groups, load = loads_per_expiry(with_lock)
    assert set(groups) == {1} and len(groups) >= 3
    assert load.answered == load.sent and load.percentile(99) < 0.15


def test_a_lock_that_ends_before_the_load_does_loads_several_times():
    """⌈D / TTL of the lock⌉ = ⌈100 / 30⌉ = 4, which no explorer of orders can see."""
    groups, _ = loads_per_expiry(with_a_short_lock)
    assert groups[0] == 4 and max(groups) <= 5


def test_early_refresh_at_random_loads_e_times():
    """XFetch with β = 1 loads e^(1/β) times per expiry once it is warm (lessons_06_07 §7)."""
    groups, _ = loads_per_expiry(xfetch, seconds=60)
    warm = groups[1:]
    assert len(warm) > 40 and 2 <= sum(warm) / len(warm) <= 3.5


def test_many_workers_at_once_without_and_with_a_lock():
    for get_product, loads in ((plain, 100), (with_lock, 1)):
        with virtual.time() as clock:
            cache = clock.cache(latency=0.001)
            database = clock.database(servers=1000, service=LOAD_TIME, rows={"product:7": "9.99"})
            client = cache.client(decode_responses=True, max_connections=200)
            load = clock.closed(lambda: get_product(client, database), clients=100, times=1)  # noqa: B023
            assert load.answered == 100 and database.loads == loads == database.most_in_flight


# A breaker: opens at five errors, lets one probe through after 30 s


class Open(Exception):
    """Nobody was asked."""


class Breaker:
    def __init__(self, most=5, pause=30.0):
        self.most, self.pause = most, pause
        self.errors, self.opened, self.probing = 0, None, False
        self.lock = threading.Lock()

    def call(self, function):
        with self.lock:
            if self.opened is not None:
                if self.probing or time.monotonic() - self.opened < self.pause:
                    raise Open
                self.probing = True
        try:
            answer = function()
        except redis.RedisError:
            with self.lock:
                self.errors, self.probing = self.errors + 1, False
                if self.errors >= self.most:
                    self.opened = time.monotonic()
            raise
        with self.lock:
            self.errors, self.opened, self.probing = 0, None, False
        return answer


def test_a_breaker_opens_and_half_opens_at_exact_moments():
    breaker, moments = Breaker(), []
    with virtual.time() as clock:
        cache = clock.cache(latency=0.0)
        client = cache.client(socket_timeout=0.25, socket_connect_timeout=0.25, retry=Retry(NoBackoff(), 0))
        client.ping()
        cache.freeze()

        def request():
            began = clock.now
            try:
                breaker.call(lambda: client.get("user:42"))
                outcome = "answered"
            except Open:
                outcome = "open"
            except redis.RedisError:
                outcome = "timed out"
            moments.append((began, outcome, clock.now - began))

        while clock.now < 70:
            request()
            if clock.now >= 60:
                cache.heal()
            time.sleep(0.75)
    timed_out = [began for began, outcome, _ in moments if outcome == "timed out"]
    answered = [began for began, outcome, _ in moments if outcome == "answered"]
    # five errors, a second apart; it opens at 4.25 s; a probe 30 s later times out; the next is answered
    assert timed_out == [0.0, 1.0, 2.0, 3.0, 4.0, 34.25]
    assert answered[0] == 64.5 and {outcome for at, outcome, _ in moments if at > 65} == {"answered"}
    assert {took for _, outcome, took in moments if outcome == "open"} == {0.0}
    assert {took for _, outcome, took in moments if outcome == "timed out"} == {0.25}


def test_of_twenty_threads_one_may_probe():
    breaker = Breaker()
    with virtual.time() as clock:
        cache = clock.cache(latency=0.0)
        client = cache.client(socket_timeout=0.25, socket_connect_timeout=0.25, retry=Retry(NoBackoff(), 0))
        cache.freeze()
        clock.closed(lambda: breaker.call(lambda: client.get("user:42")), clients=1, times=5)
        time.sleep(30)
        load = clock.closed(lambda: breaker.call(lambda: client.get("user:42")), clients=20, times=1)
    assert load.errors == {"TimeoutError": 1, "Open": 19}


# A time-out at the cache's p99


def database_load(timeout: float, retries: int = 0, requests: int = 20_000) -> float:
    """Queries per request at a hit ratio of 98 %; half of the cache's answers take 0.5 ms, one in 100 over
    5 ms.
    """
    with virtual.time() as clock:
        cache = clock.cache(latency=virtual.lognormal(0.0005, 0.005))
        database = clock.database(servers=100, service=0.01)
        cache.ask("SET", "product:hit", "9.99")
        client = cache.client(
            socket_timeout=timeout, socket_connect_timeout=1, retry=Retry(NoBackoff(), retries)
        )
        chance = clock.chance("keys")

        def get_product():
            try:
                row = client.get("product:hit" if chance.random() < 0.98 else "product:new")
            except redis.TimeoutError:
                row = None
            return database.read("product:new") if row is None else row

        for _ in range(requests):
            get_product()
        return database.loads / requests


def test_a_time_out_at_p99_raises_the_databases_load_by_half():
    """λ · [(1 − h) + h · P(T > time-out)]: 0.02 + 0.98 · 0.01 is 49 % more than 0.02 (lessons_08_09 §2)."""
    patient = database_load(1.0)
    assert patient == pytest.approx(0.02, rel=0.1)
    assert database_load(0.005) / patient == pytest.approx(1.49, abs=0.12)


def test_one_retry_takes_that_load_back_as_long_as_slow_answers_are_independent():
    assert database_load(0.005, retries=1) / database_load(1.0) < 1.06
