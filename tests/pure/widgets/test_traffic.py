"""A traffic bench in a page without a kernel."""

from cachelab import engines
from cachelab.widgets import traffic


def test_a_bench_that_has_not_run_shows_a_recorded_run_and_says_so():
    """Three empty plots would teach nothing; the recorded outage is there to be read."""
    bench = traffic(lambda user_id, db, ttl: None, cache=engines.StandInValkey())
    state = bench.state()
    assert state["recorded"].startswith("A run recorded on ") and bench.recorded == ""
    hits, rates, latency = state["pictures"]
    for picture, name in ((hits, "hit ratio"), (rates, "per second"), (latency, "latency of a read")):
        assert name in str(picture["y"])
        assert {"killed", "restarted"} <= {mark["name"] for mark in picture["marks"]}
    queries = next(series for series in rates["series"] if series["name"] == "database queries")["y"]
    assert max(queries) > 1.5 * min(queries)  # the outage can be seen
    assert set(state) == set(traffic(lambda user_id, db, ttl: None, cache=engines.StandInValkey()).state())
