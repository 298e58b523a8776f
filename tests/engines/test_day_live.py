"""The live day on real engines, in short."""

import pytest

from cachelab import day, engines
from cachelab.cloud import prices
from cachelab.day import live as live_module
from cachelab.widgets.live_day import Dashboard
from tests.oracle.capstone.wrong import REFERENCE

# With more patience: what is counted below takes a cache that is there, and a busy machine may be slow.
PATIENT = REFERENCE.replace("timeout=0.1", "timeout=60")


@pytest.mark.filterwarnings("ignore:Call to 'set'")
def test_customers_a_flush_a_price_and_a_dead_primary_on_real_engines():
    """What is counted, never how long something took: this machine may be busy."""
    if not engines.valkey().is_real:
        pytest.skip("a stand-in has no TLS and cannot be killed")
    dashboard = Dashboard()
    with live_module.LiveShop(day.Service([("product_service.py", PATIENT)])) as shop:
        assert shop._ca, "the reference orders TLS"
        shop.warm()
        dashboard.add(live_module.Seen(shop.open("an ordinary hour", 0.5, 60), shop.minute()))
        assert shop.request(7, "9.99", shop.releases[0]) == "changed"
        assert shop.read(7) == "ok" and shop.rows[7]["version"] == "2"
        before = len(shop.began)
        shop.flush()
        shop.spoil()
        assert shop.read(8) == "ok" and len(shop.began) == before + 1
        shop.flush()
        shop.aws.fill_node(shop.primary())
        assert shop.read(8) == "ok" and shop.client.dbsize() == 0  # it was refused, and goes on
        dashboard.add(live_module.Seen(shop.open("no memory left", 0.2, 60), shop.minute(), late=0.34))
        shop.aws.make_room(shop.primary())
        assert shop.read(10) == "ok" and shop.client.dbsize() == 1
        shop.aws.fail_node(shop.primary())
        assert shop.read(9) == "ok"
        [bill] = shop.aws.still_billing()
        assert bill.cost == prices.nodes("cache.m7g.large", 2)
    phase = dashboard.seen[0].phase
    assert phase.reads > 10 and phase.stale == 0
    assert phase.queries == 0 and phase.reads <= dashboard.seen[0].minute["CacheHits"]
    assert dashboard.seen[1].minute["DatabaseMemoryUsagePercentage"] > 99
    assert dashboard.text().count("a customer was sent 0.34 s too late") == 1
    assert "an ordinary hour" in dashboard.text() and "CloudWatch" in dashboard.heading()
    assert dashboard.slow.figure.data("p99")[0] == [0, 1]
