"""Limiters against what can be counted by hand, and the bucket against one that counts tokens."""

import numpy as np
import pytest

from cachelab.workload.limiters import DEMANDS, LIMITERS, Bucket, decisions, demand, most_in_a_window

LIMIT, WINDOW = 10, 60.0
EDGE = [59 + number / 20 for number in range(10)] + [60 + number / 20 for number in range(10)]
FLOOD = [float(second) for second in range(1200)]  # six times too many
POLITE = [6.5 * number for number in range(185)]  # a little less than the limit


def let_in(name: str, times) -> list[bool]:
    return decisions(LIMITERS[name](LIMIT, WINDOW), times)


def test_a_counter_by_the_clock_lets_twice_the_limit_through_its_edge():
    both = let_in("counter by the clock", EDGE)
    assert sum(both) == 20 == most_in_a_window(EDGE, both, WINDOW)
    assert all(sum(let_in(name, EDGE)) in (10, 11) for name in LIMITERS if name != "counter by the clock")


def test_who_is_polite_is_never_refused_but_where_the_ttl_is_renewed():
    refused = {name: let_in(name, POLITE).count(False) for name in LIMITERS}
    assert refused.pop("TTL each time") == 175
    assert set(refused.values()) == {0}


def test_a_flood_gets_its_ten_a_minute_or_is_locked_out_by_its_own_requests():
    each_minute = {name: sum(let_in(name, FLOOD)) / 20 for name in LIMITERS}
    assert each_minute["TTL each time"] == each_minute["log of all"] == 0.5  # ten, once, in twenty minutes
    assert each_minute["log"] == 10 and each_minute["bucket"] == pytest.approx(10.45)


@pytest.mark.parametrize("shape", DEMANDS)
def test_what_each_promises_of_any_minute(shape):
    times = demand(shape, 1.5 * LIMIT / WINDOW, 12_000, WINDOW)
    most = {name: most_in_a_window(times, let_in(name, times), WINDOW) for name in LIMITERS}
    assert most["log"] <= LIMIT and most["log of all"] <= LIMIT and most["TTL each time"] <= LIMIT
    assert most["counter by the clock"] <= 2 * LIMIT and most["from the first"] <= 2 * LIMIT
    assert most["bucket"] <= 2 * LIMIT  # burst + rate · window
    smaller = decisions(Bucket(LIMIT, WINDOW, burst=2), times)
    assert most_in_a_window(times, smaller, WINDOW) <= LIMIT + 2


def test_a_bucket_is_one_that_counts_tokens():
    tokens, last, agree = 10.0, 0.0, 0
    bucket = Bucket(LIMIT, WINDOW)
    times = np.random.default_rng(3).exponential(3.3, 20_000).cumsum()
    for now in times:
        tokens, last = min(10.0, tokens + (now - last) * LIMIT / WINDOW), now
        enters = tokens >= 1 - 1e-9
        tokens -= enters
        agree += enters == bucket(now)
    assert agree == len(times)


def test_a_demand_is_named():
    with pytest.raises(ValueError, match="no demand 'crowd'; there are steady"):
        demand("crowd", 1, 1, 1)
    assert len(demand("steady", 2, 30, 60)) == 60 and len(demand("bursts at the edge", 1, 30, 60)) == 0
