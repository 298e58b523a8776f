"""The benches of lesson 06: what they say at some positions, and that their challenges can be found."""

import pytest

from cachelab.widgets import memory
from cachelab.widgets.chart import Figure


def test_room_and_ttl_says_which_of_the_two_binds():
    bench = memory.room_and_ttl([(1000, 0.574)])
    assert "Both bind" in bench.sentence and bench.figure.data("your server") == ([1000], [0.574])
    sizes, both = bench.figure.data("both")
    assert len(sizes) == len(bench.figure.data("memory alone")[0]) and both == sorted(both)
    assert "Memory decides" in bench.set(ttl=3600).finish().sentence
    assert "TTL alone decides" in bench.set(ttl=0.5, room=3000).finish().sentence
    assert len(bench.figure.data("both")[0]) == len(sizes)


def test_room_and_ttl_challenges():
    bench = memory.room_and_ttl()
    assert bench.asks.found == 0
    bench.set(room=3500).finish()
    assert bench.asks.found == 1
    bench.set(ttl=3600, room=1000).finish()
    assert bench.asks.found == 2


def looks(bench, *names) -> list[tuple[str, str]]:
    """The colours of these, with their sign: on the bench and in the lesson's own chart."""
    figures = bench.figure, Figure().points("allkeys-lru").points("allkeys-lfu")
    drawn = [series for figure in figures for series in figure.spec()["series"] if series["name"] in names]
    [shape] = {series["shape"] for series in drawn if series["kind"] == "points"}
    return sorted({(series["color"], shape) for series in drawn})


def test_policies_go_on_after_the_first_slice():
    measured = {name: ([2000], [0.5]) for name in ("allkeys-lru", "allkeys-lfu")}
    bench = memory.policies(measured)
    assert "Without the first quarter: Valkey allkeys-lfu" in bench.sentence
    assert bench.figure.names == ("textbook's LRU", *measured, "Valkey allkeys-lfu")
    assert looks(bench, "Valkey allkeys-lfu", "allkeys-lfu") == [("orange", "cross")]
    bench.set(requests="loop", policy="Valkey allkeys-lru").finish()
    assert bench.figure.names == ("textbook's LRU", *measured, "Valkey allkeys-lru")
    assert looks(bench, "Valkey allkeys-lru", "textbook's LRU", "allkeys-lru") == [("blue", "dot")]
    lru, valkey = (bench.figure.data(name)[1] for name in ("textbook's LRU", "Valkey allkeys-lru"))
    assert len(lru) == 50 and set(lru) == {0} and min(valkey[5:]) > 0.5
    assert bench.asks.found == 1
    bench.set(requests="shift", policy="Valkey allkeys-lfu").finish()
    assert bench.asks.found == 2


def test_jitter_downwards_keeps_the_promise():
    bench = memory.jitter({"your server": ([1.0], [5.0])})
    assert "lives 110% of the TTL" in bench.sentence
    assert "No entry outlives the TTL" in bench.set(side="down").sentence and bench.asks.found == 0
    assert bench.set(spread=0.5).asks.found == 1


def test_dead_keys():
    bench = memory.dead([1, 2], [0.99, 0.98])
    at, left = bench.figure.data("model")
    assert at[0] == pytest.approx(0.1) and left[0] > 0.99 and left == sorted(left, reverse=True)
    assert "Of 5,000 dead keys, half are gone after 3.25 min, all after 6.51 min." in bench.sentence
    assert "half are gone after 100 ms, all after 200 ms." in bench.set(share=0.6).sentence
    assert bench.figure.data("model")[1][-1] == 0
    assert (
        "Of 15,000 dead keys, half are gone after 10.2 min, 2,7"
        in bench.set(keys=300_000, share=0.05).sentence
    )
    assert len(at) <= 200  # what travels to the page for each move


def test_sizing_uses_what_was_measured_where_it_was_measured():
    bench = memory.sizing(284.4)
    assert "284 bytes (measured)" in bench.sentence and "cache.t4g.small" in bench.sentence
    assert "(estimated)" in bench.set(value=500).sentence
    assert bench.asks.found == 0
    assert bench.set(value=200, ttl=300).asks.found == 1
    assert "None of these" in bench.set(entries=30_000_000, value=4000, ttl=86_400, writes=10_000).sentence
