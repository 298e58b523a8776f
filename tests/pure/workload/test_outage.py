"""An outage by the script: what customers get with no breaker, with one that opens, and with a bad one."""

import pytest
import redis

from cachelab.workload.outage import BEGINS, ENDS, SCRIPTS, timeline


class Opens:
    """After three failures in a row, for `pause` seconds; then one call decides."""

    def __init__(self, clock, pause=1.0):
        self.clock, self.pause, self.row, self.opened = clock, pause, 0, None

    def call(self, ask):
        if self.opened is not None and self.clock() < self.opened + self.pause:
            raise redis.ConnectionError("not asked")
        try:
            answer = ask()
        except redis.RedisError:
            self.row += 1
            self.opened = self.clock() if self.row >= 3 else None
            raise
        self.row, self.opened = 0, None
        return answer


def test_without_a_breaker_everybody_waits():
    seen = timeline(SCRIPTS["hangs"], timeout=0.2)
    assert seen.counted["not asked"] == 0
    assert seen.wasted == pytest.approx(ENDS - BEGINS, abs=0.2), "one worker waits all the time"
    assert seen.longest_wait > 4, "and a line grows behind it"


def test_a_breaker_lets_customers_go_at_once():
    seen = timeline(SCRIPTS["hangs"], Opens)
    assert seen.counted["failed"] < 10 and seen.counted["not asked"] > 200
    assert [what for what, *_ in seen.spans()][:3] == ["answered", "failed", "not asked"]
    assert all(outcome == "answered" for came, *_, outcome in seen.calls if came < BEGINS)
    last = max(ended for *_, ended, outcome in seen.calls if outcome != "answered")
    assert ENDS <= last <= ENDS + 1.2, "the next probe after the end closes it"


def test_a_quick_refusal_costs_no_time_and_slow_answers_are_none():
    assert timeline(SCRIPTS["refuses"]).wasted < 0.5
    slow = timeline(SCRIPTS["slow: each answer takes 0.15 s"], Opens)
    assert slow.counted["answered"] == len(slow.calls) and slow.longest_wait > 2
    assert timeline(SCRIPTS["slow: each answer takes 0.15 s"], Opens, timeout=0.1).counted["not asked"] > 100


def test_failures_that_are_never_three_in_a_row_do_not_open_this_one():
    seen = timeline(SCRIPTS["two calls in three hang"], Opens)
    assert seen.counted["not asked"] == 0 < seen.counted["failed"]


def test_what_a_breaker_raises_of_its_own_is_raised():
    class Broken:
        def __init__(self, clock): ...

        def call(self, ask):
            raise AttributeError("lock")

    with pytest.raises(AttributeError, match="lock"):
        timeline(SCRIPTS["hangs"], Broken)
    with pytest.raises(ValueError, match="every=0"):
        timeline(SCRIPTS["hangs"], every=0)
