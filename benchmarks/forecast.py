"""The bill worked out beforehand, held against what `aws.price` says of the order it comes to."""

from collections.abc import Iterator

from benchmarks import Row
from cachelab import cloud
from cachelab.cloud import forecast, prices
from cachelab.cloud.facts import catalog

SIZES = (0.05, 1, 12, 300)  # GB
PENNY = 0.01


def rows() -> Iterator[Row]:
    off, count = 0.0, 0
    with cloud.account(provisioning_time=0) as aws:
        for engine in ("valkey", "redis"):
            for gb in SIZES:
                demand = forecast.Demand(gb, 0)
                offers = [
                    forecast.nodes(demand, kind, replicas, engine)
                    for kind in prices.NODE_HOUR
                    if kind in catalog.MEMORY
                    for replicas in (0, 1, 2)
                ]
                for offer in offers:
                    asked = aws.price(offer.operation, **offer.request).usd_per_month
                    off, count = max(off, abs(asked - offer.usd_per_month)), count + 1
                least = {"DataStorage": {"Minimum": gb, "Unit": "GB"}}
                idle = aws.price("create_serverless_cache", Engine=engine, CacheUsageLimits=least)
                mine = forecast.serverless(demand, engine).usd_per_month
                off, count = max(off, abs(idle.usd_per_month - mine)), count + 1
    raw = f"{count} orders, at most ${off:.2g} a month apart"
    yield Row("a forecast bill, off by / one cent a month", off / PENNY, 1.0, raw)
