"""What a month would cost, against the price list and against arithmetic on paper."""

import pytest

from cachelab.cloud import forecast
from cachelab.cloud.facts import catalog, prices
from cachelab.cloud.forecast import Demand

PRICED = [kind for kind in prices.NODE_HOUR if kind in catalog.MEMORY]


@pytest.mark.parametrize("engine", ["valkey", "redis"])
def test_an_offer_costs_what_the_order_would(engine):
    for kind in PRICED:
        for gb, replicas in ((0.2, 0), (5, 1), (900, 2)):
            offer = forecast.nodes(Demand(gb, 1000), kind, replicas, engine)
            ordered = prices.of_request(offer.operation, **offer.request)
            assert offer.usd_per_month == pytest.approx(ordered.usd_per_month)


def test_shards_are_as_many_as_hold_the_data():
    assert forecast.usable("cache.r7g.large") == pytest.approx(10.5, abs=0.1)
    assert forecast.nodes(Demand(10, 1), "cache.r7g.large").request["NumCacheClusters"] == 2
    offer = forecast.nodes(Demand(22, 1), "cache.r7g.large")
    assert offer.request["NumNodeGroups"] == 3 and offer.name == "6 × r7g.large"


def test_a_serverless_month():
    """AWS's list: 0.084 a GB and hour, 0.0023 a million ECPU; 730 hours."""
    idle = forecast.serverless(Demand(0.01, 0))
    assert idle.usd_per_month == pytest.approx(0.1 * 0.084 * 730)
    assert forecast.serverless(Demand(0.01, 0), "redis").usd_per_month == pytest.approx(0.125 * 730)
    busy = forecast.serverless(Demand(1, 1000, kb=3)).usd_per_month
    assert busy == pytest.approx(61.32 + 3000 * 730 * 3600 / 1e6 * 0.0023, abs=0.01)
    small = forecast.serverless(Demand(1, 1000, kb=0.1)).usd_per_month
    assert small == forecast.serverless(Demand(1, 1000, kb=1)).usd_per_month


def test_at_the_break_even_both_cost_the_same():
    nodes = forecast.nodes(Demand(1, 0), "cache.r7g.large").usd_per_month
    for kb in (0.5, 1, 4):
        rate = forecast.even_rate(nodes, 1, kb)
        assert forecast.serverless(Demand(1, rate, kb)).usd_per_month == pytest.approx(nodes)
    gb = forecast.even_gb(nodes)
    assert forecast.serverless(Demand(gb, 0)).usd_per_month == pytest.approx(nodes)
    assert forecast.even_rate(nodes, gb + 1) == 0


def test_crossing_zones():
    month = forecast.crossing(Demand(1, 10_000, kb=2), share=0.5).usd_per_month
    gb = 10_000 * 730 * 3600 * 2e3 * 0.5 / 1e9
    assert month == pytest.approx(gb * 0.01)
    assert forecast.crossing(Demand(1, 10_000), share=0).usd_per_month == 0


def test_a_cache_may_lose_money():
    assert forecast.saving(10_000, 0.5, each=2000, database=117, cache=255.79) == forecast.Saving(
        5, 3, pytest.approx(2 * 117 - 255.79)
    )
    assert forecast.saving(10_000, 1.0, each=2000, database=117, cache=0).after == 1  # it is not gone
    assert forecast.saving(10_000, 0.8, each=2000, database=117, cache=0).after == 1


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="kb must be above"):
        Demand(1, 1, kb=0)
    with pytest.raises(ValueError, match="without requests"):
        forecast.per_million(10, 0)
    with pytest.raises(prices.NoPrice):
        forecast.nodes(Demand(1, 1), "cache.t2.micro")


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        (lambda: Demand(float("inf"), 1), "gb=inf"),
        (lambda: Demand("1", 1), "gb='1'"),
        (lambda: Demand(1, True), "per_second=True"),
        (lambda: forecast.nodes(Demand(1, 1), "cache.r7g.large", -1), "0 to 5"),
        (lambda: forecast.nodes(Demand(1, 1), "cache.r7g.large", 1, "memcached"), "no replicas"),
        (lambda: forecast.crossing(Demand(1, 1), 66), "share=66"),
        (lambda: forecast.usable("cache.r7g.large", 25), "reserved=25"),
        (lambda: forecast.per_million(10, float("nan")), "per_second=nan"),
        (lambda: forecast.saving(1000, 95, 100, 10, 5), "hit_ratio=95"),
        (lambda: forecast.saving(1000, 0.95, 0, 10, 5), "each=0"),
    ],
)
def test_a_number_that_cannot_be_is_named(ask, word):
    with pytest.raises(ValueError, match=word):
        ask()


def test_no_size_costs_less_than_an_empty_serverless_cache():
    assert forecast.even_gb(5) == 0 and forecast.even_gb(6.2) > 0.1
    with pytest.raises(prices.NoPrice):
        forecast.even_gb(5, "keydb")
    with pytest.raises(prices.NoPrice, match="a node type is a text"):
        forecast.usable(None)
