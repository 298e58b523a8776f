"""The benches of lesson 08: what they say, the measured points, and that each challenge can be found."""

import threading
import time

import pytest
import redis

from cachelab.widgets import outage
from cachelab.workload.outage import SCRIPTS


class Breaker:
    """Opens at a share of failures, as the lesson's does."""

    def __init__(self, share, window, pause, clock=time.monotonic):
        self.share, self.window, self.pause, self.clock = share, window, pause, clock
        self.seen, self.opened, self.lock = [], None, threading.Lock()

    def call(self, ask):
        with self.lock:
            if self.opened is not None and self.clock() < self.opened + self.pause:
                raise redis.ConnectionError("not asked")
        failed = True
        try:
            answer = ask()
            failed = False
            return answer
        finally:
            probe, self.opened = self.opened is not None, None
            self.seen = [] if probe else [*self.seen, failed][-self.window :]
            many = len(self.seen) >= 5 and sum(self.seen) >= self.share * len(self.seen)
            if failed and (probe or many):
                self.opened = self.clock()


def test_the_budget_says_the_sums_and_finds_its_challenges():
    bench = outage.budget(measured=[0.0003, 0.0005, 0.002])
    assert "gets 1.00 times its reads" in bench.sentence and "one try and waits 200 ms" in bench.sentence
    assert bench.figure.data("your server, measured")[1][0] > 30
    bench.set(timeout=0.005)
    assert bench.asks.found == 1
    bench.set(timeout=0.2, retries=10, service=3, gateway=3, waits=True)
    assert "99 tries (11 × 3 × 3) and waits 67.1 s at most" in bench.sentence and bench.asks.open is None


def test_the_breaker_is_the_learner_s_and_its_challenges_are_found():
    bench = outage.breaker(Breaker)
    drawn = bench.text().splitlines()
    assert [line for line in drawn if line.startswith("server is ill")] == ["server is ill      3     8"]
    assert any(line.startswith("not asked") for line in drawn)
    bench.set(pause=5, share=0.3)
    assert bench.asks.found == 1
    bench.set(script=SCRIPTS["slow: each answer takes 0.15 s"])
    assert bench.asks.found == 2 and "0 waited in vain" in bench.sentence
    bench.set(timeout=0.1)
    assert bench.asks.open is None
    bench.set(on=False)
    assert "and 0 went to the database at once" in bench.sentence


def test_a_breaker_that_breaks_is_told():
    class Broken(Breaker):
        def call(self, ask):
            return self.state

    with pytest.raises(AttributeError, match="state"):
        outage.breaker(Broken)


def test_the_storm_ends_by_a_limit_and_finds_its_challenges():
    bench = outage.storm(measured=[200, 0])
    assert "In 0.1 s the database does 15 reads; 80 may be under way." in bench.sentence
    assert "0% of the requests" in bench.sentence
    assert bench.figure.data("answered, measured, no limit")[1] == [200, 0]
    bench.set(limit=8).finish()
    assert "It is back" in bench.sentence and bench.asks.found == 1
    bench.set(limit=60).finish()
    assert bench.asks.found == 2
    bench.set(timeout=0.5).finish()
    assert bench.asks.open is None
