"""The bench of lesson 10: what it says, and that each of its challenges can be found."""

from cachelab.widgets import limits


def test_it_says_who_lets_in_most_and_who_locks_out():
    bench = limits.who_gets_in().set(shape="bursts at the edge", load=1)
    assert "“counter by the clock” let in 20, for a limit of 10" in bench.sentence
    assert "all requests" in bench.text() and "most let in within any minute" in bench.text()
    bench.set(shape="steady", load=0.9)
    assert (
        "Ttl each time" not in bench.sentence
        and "“TTL each time” let in the fewest: 10 of 36" in bench.sentence
    )


def test_each_challenge_can_be_found():
    bench = limits.who_gets_in()
    bench.set(shape="steady", load=0.9)
    assert bench.asks.found == 1
    bench.set(shape="bursts at the edge", load=1)
    assert bench.asks.found == 2
    bench.set(shape="at random", load=2)
    assert bench.asks.found == 2
    bench.set(burst=1)
    assert bench.asks.open is None


def test_every_position_has_a_picture():
    bench = limits.who_gets_in()
    for shape in ("steady", "bursts at the edge", "at random"):
        for load in (0.5, 4):
            for limit in (2, 20):
                bench.set(shape=shape, load=load, limit=limit)
                assert bench.sentence and not bench.failure
