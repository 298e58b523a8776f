"""A month's bill, as a function of what is held and asked for: nodes or serverless, and what adds to them."""

from cachelab.cloud import forecast, prices
from cachelab.cloud.forecast import Demand

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["bill"]

KINDS = "t4g.micro t4g.small t4g.medium m7g.large r7g.large r7g.xlarge r7g.2xlarge r7g.4xlarge"
TYPES = [f"cache.{kind}" for kind in KINDS.split()]


def bill() -> Bench:
    """The cheapest nodes that hold the data, with a replica for each shard, beside a serverless cache."""

    def model(gb: float, per_second: float, kb: float, share: float, engine: str):
        demand = Demand(gb, per_second, kb)
        mine = min(
            (forecast.nodes(demand, kind, 1, engine) for kind in TYPES), key=lambda offer: offer.usd_per_month
        )
        theirs = forecast.serverless(demand, engine)
        between = forecast.crossing(demand, share).usd_per_month
        stored = forecast.serverless(Demand(gb, 0), engine).usd_per_month
        drawn = {
            "nodes, or memory": ([("nodes", 0, mine.usd_per_month, mine.name), ("serverless", 0, stored)],),
            "requests": (_part("serverless", stored, theirs.usd_per_month),),
            "between zones": (_part("nodes", mine.usd_per_month, mine.usd_per_month + between),),
        }
        nodes, serverless = mine.usd_per_month, theirs.usd_per_month
        found = {"nodes": nodes, "between": between, "stored": stored, "serverless": serverless}
        return drawn, _words(demand, nodes + between, serverless, mine, engine), found

    controls = [
        Slider("gb", stops=[0.1, 0.3, 1, 3, 5, 10, 30, 100], value=1, unit="GB", label="held"),
        Slider(
            "per_second",
            stops=[0, 1, 10, 100, 300, 1000, 3000, 10_000, 30_000, 100_000],
            value=1000,
            unit="/s",
            label="requests, on average",
        ),
        Slider("kb", stops=[0.2, 0.5, 1, 2, 5, 10, 50], value=1, unit="KB", label="carried by each"),
        Slider("share", 0, 1, 0.65, step=0.05, unit="%", label="of them to another zone"),
        Choice("engine", {"Valkey": "valkey", "Redis OSS": "redis"}),
    ]
    picture = Figure("A month's bill", x="a month", x_unit="$", rows=["nodes", "serverless"])
    picture.spans("nodes, or memory").spans("requests").spans("between zones")
    return Bench(model, controls, picture, label="the bill", challenges="09.bill")


def _part(lane: str, begin: float, end: float) -> list[tuple[str, float, float]]:
    return [(lane, begin, end)] if end > begin else []


def _words(demand: Demand, mine: float, theirs: float, offer: forecast.Offer, engine: str) -> str:
    said = f"{offer.name}: {quantity(mine, '$')} a month; serverless: {quantity(theirs, '$')}. "
    if demand.per_second:
        cheap = min(mine, theirs)
        million = forecast.per_million(cheap, demand.per_second)
        said += f"The cheaper one is {quantity(million, '$')} for a million requests. "
    rate = forecast.even_rate(offer.usd_per_month, demand.gb, demand.kb, engine)
    if rate:
        said += f"Beside these nodes, zones left out, serverless is cheaper below {quantity(rate, '/s')}."
    else:
        most = forecast.even_gb(offer.usd_per_month, engine)
        said += f"Above {most:.1f} GB serverless costs more than these nodes, even without a request."
    return f"{said} (Prices of {prices.READ_ON}.)"
