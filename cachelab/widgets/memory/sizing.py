"""From entries to a node type and its price."""

from cachelab.cloud import prices
from cachelab.cloud.facts import catalog
from cachelab.workload import sizing as model_of

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["sizing"]

TYPES = "t4g.micro t4g.small t4g.medium m7g.large r7g.large r7g.xlarge r7g.2xlarge"  # a chart full
NODES = tuple(
    model_of.NodeType(name, catalog.MEMORY[name], prices.node_hour(name))
    for name in (f"cache.{kind}" for kind in TYPES.split())
)
ROWS = [f"{node.name}, ${node.usd_per_hour * prices.HOURS_PER_MONTH:,.0f} a month" for node in NODES]


def sizing(measured: float | None = None) -> Bench:
    """`measured`: bytes an entry took on a real server, with a key of 13 and a value of 200 bytes."""

    def model(entries: int, value: int, key: int, ttl: float, writes: float, reserved: float):
        known = measured is not None and (key, value) == (13, 200)
        each = measured if known else model_of.estimate(key, value)
        live = min(entries, writes * ttl)
        need = model_of.needed(live, each)
        filled = [need / (node.memory * (1 - reserved)) for node in NODES]
        drawn = {"filled": (ROWS, filled)}
        words = f"{live:,.0f} live entries of {each:.0f} bytes ({'measured' if known else 'estimated'}), and "
        words += f"a quarter more for the dead: {quantity(need, 'B')}. "
        found = model_of.offers(live, each, NODES, reserved=reserved)
        return drawn, words + (f"Cheapest: {_offer(found[0])}" if found else "None of these is large enough.")

    controls = [
        Slider(
            "entries",
            stops=[10_000, 100_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000],
            value=3_000_000,
            label="different keys",
        ),
        Slider("value", stops=[20, 50, 100, 200, 500, 1000, 4000], value=200, unit="B", label="value"),
        Slider("key", stops=[13, 20, 40, 80], value=13, unit="B", label="key"),
        Slider("ttl", stops=[60, 300, 3600, 86_400], value=3600, unit="s", label="TTL"),
        Slider("writes", stops=[10, 100, 1000, 10_000], value=1000, unit="/s", label="fills"),
        Slider("reserved", 0, 0.5, 0.25, step=0.05, unit="%", label="reserved-memory-percent"),
    ]
    chart = Figure("How full each node would be", x="node and price a month", y="filled", y_unit="%")
    chart.bars("filled")
    return Bench(model, controls, chart, challenges="06.sizing")


def _offer(offer) -> str:
    month = offer.usd_per_hour * prices.HOURS_PER_MONTH
    return f"{offer.node.name}, {offer.filled:.0%} filled, {quantity(month, '$')} a month for one node."
