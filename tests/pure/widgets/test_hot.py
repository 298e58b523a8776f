"""The benches of lessons 07 and 11: what they say, measured points, and that each challenge can be found."""

import pytest

from cachelab.widgets import hot


def test_one_key_says_what_the_formula_says_and_finds_its_challenges():
    bench = hot.one_key(measured=[0.01, 0.02, 1.5])
    assert "loads for each new value on average (1 + λD = " in bench.sentence
    assert bench.figure.data("measured, nothing done") == ([0.05, 1.55], [2, 1])
    bench.set(database=("cores", 1))
    assert "one core, shared: thousands" in bench.sentence and bench.asks.found == 1
    bench.set(database=("delay", 1), fix="flight")
    assert "at most one in each of 4 processes" in bench.sentence
    bench.set(fix="stale", ttl=2)
    assert bench.asks.found == 2
    bench.set(fix="lock", lock_ttl=0.02)
    assert bench.asks.open is None


def test_the_dice_show_the_formula_and_find_their_challenges():
    bench = hot.dice(measured=[0.3])
    assert "e^(1/β) = 2.7" in bench.sentence
    assert bench.figure.data("your run: a cross for each value") == ([0.3], [0])
    bench.set(rate=4)
    assert bench.asks.found == 1
    bench.set(rate=100, beta=2)
    assert bench.asks.open is None


def test_after_the_flush_three_changes_fail_and_one_helps():
    bench = hot.after_flush(measured=[0.2, 0])
    assert bench.figure.data("measured, no limit")[1] == [0.2, 0]
    large = bench._controls[0].options()[1]
    bench.set(shop=large).finish()
    assert "35 s after the flush" in bench.sentence and len(bench.figure.data("model")[0]) == 40
    for change in ("half the traffic", "twice the database", "no retries"):
        assert bench.asks.found == 0
        bench.set(change=change).finish()
    assert bench.asks.found == 1
    bench.set(change="nothing", limit=50).finish()
    assert "It is back" in bench.sentence and bench.asks.open is None


def test_a_hot_key_is_cooled_by_copies_or_near_caches():
    bench = hot.hot_key(capacity=150_000)
    assert bench.figure.at("one node can serve (measured)") == 150_000
    assert bench.outcome["busiest"] > 1  # one hot node to begin with: copies have something to do
    bench.set(copies=16)
    assert bench.asks.found == 1 and "A write costs 16 deletes." in bench.sentence
    bench.set(copies=1, share=0.5, nodes=12)
    assert bench.asks.found == 1, "more nodes do not help, so that the near cache is what is found"
    bench.set(near=1)
    assert bench.asks.open is None and "An answer may be 1 s older." in bench.sentence


def test_shards_help_until_the_hottest_key_fills_one():
    bench = hot.shards(capacity=50_000, measured=[2500, 1500, 2000])
    assert bench.figure.data("three real ones")[1] == [50_000, 30_000, 40_000]
    assert bench.figure.data("the hottest")[1] == [50_000]
    assert len(bench.figure.data("shards")[0]) == 2 and bench.figure.at("1/p₁") == pytest.approx(7.7, abs=0.1)
    bench.set(skew=1.4, shards=12)
    assert bench.figure.data("three real ones") == ([], [])
    assert bench.asks.found == 1 and "3 shards are worth having, at most" in bench.sentence
    bench.set(skew=0.99, near=100)
    assert bench.asks.open is None and "stay in the application" in bench.sentence
    bench.set(near=1, shards=1)
    assert bench.sentence.startswith("1 node serves ") and "Reads of the hottest key stay" in bench.sentence
    bench.set(near=1000)
    assert bench.sentence == "No read reaches the cache." and "nothing yet" in bench.text()
    bench.set(near=0, skew=0, replicas=1)
    assert bench.figure.at("1/p₁") is None and "A replica's answer may be old." in bench.sentence
