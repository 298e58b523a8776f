"""09.4: the cheapest offer for a load, and what it costs."""

import math
from numbers import Real
from typing import NamedTuple

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.learner.words import show


class NodeType(NamedTuple):
    name: str
    gb: float  # 10⁹ bytes
    peak: int  # requests a second that its one engine thread can take
    usd_hour: float  # Redis OSS


# Memory and prices as in cloud/facts (a test holds them together); the peaks are of the exercise.
NODE_TYPES = (
    NodeType("cache.t4g.micro", 0.54, 5_000, 0.016),
    NodeType("cache.t4g.small", 1.47, 10_000, 0.032),
    NodeType("cache.t4g.medium", 3.32, 15_000, 0.065),
    NodeType("cache.m7g.large", 6.85, 60_000, 0.158),
    NodeType("cache.r7g.large", 14.04, 60_000, 0.219),
    NodeType("cache.r7g.xlarge", 28.26, 100_000, 0.437),
    NodeType("cache.r7g.2xlarge", 56.71, 150_000, 0.873),
)
GB_HOUR, MILLION_ECPU, LEAST_GB = 0.084, 0.0023, 0.1  # Valkey serverless
VALKEY, HOURS, RESERVED = 0.8, 730, 0.25


class Load(NamedTuple):
    gb: float
    rps: float  # on average
    peak: float
    kb: float  # of each request


LOADS = (
    Load(0.2, 1_500, 20_000, 1),
    Load(2, 200, 20_000, 1),
    Load(0.02, 5, 40, 1),
    Load(0.3, 20, 400, 0.4),
    Load(0.36, 300, 900, 2),
    Load(0.45, 10, 4_000, 1),
    Load(5.2, 2_000, 9_000, 3),
    Load(0.5, 1_000, 3_000, 12),
    Load(0.2, 400, 6_000, 3.2),
    Load(1.2, 500, 12_000, 1),
    Load(0.4, 800, 5_000, 3.2),
    Load(30, 50_000, 90_000, 2),
    Load(0.2, 40_000, 200_000, 1),
    Load(100, 10, 100, 1),
)


@define(
    "09.4",
    "The cheapest offer",
    minutes=10,
    hints=(
        "Two bills, then the lesser of the two: what is stored and what is asked for on one side, how many "
        "nodes of the cheapest type that fits on the other.",
        "Which of the two numbers of requests is on the bill for a month, and which decides whether a node "
        "can take it?",
        "Mind the small print: at least 0.1 GB and at least one ECPU a request; two nodes, a quarter of each "
        "reserved, at four fifths of the listed price; 730 hours.",
    ),
)
def the_cheapest_offer(lab: Lab, cheapest):
    for load in LOADS:
        offered = [tuple(kind) for kind in NODE_TYPES]
        text = f"cheapest({', '.join(map(show, load))}, node_types)"
        call = lab.call(cheapest, *load, offered, text=text).finished()
        name, usd = _pair(call)
        wanted = best(load)
        if name == wanted[0] and math.isclose(usd, wanted[1], rel_tol=1e-5, abs_tol=0.006):
            continue
        happened = f"it returned {name}, ${usd:,.2f} a month"
        if name == wanted[0] and _same(round(usd), usd) and abs(usd - wanted[1]) <= 0.5:
            raise call.wrong(happened, f"${wanted[1]:,.2f}", "Leave the rounding to whoever prints it.")
        expected = f"{wanted[0]}, ${wanted[1]:,.2f}"
        raise call.wrong(happened, expected, _think(load, name, usd), _bill(load))
    return (
        "Serverless where little is stored, nodes where much is asked for; the small print decides the rest."
    )


def _pair(call: Trial) -> tuple[str, float]:
    value = call.value
    if isinstance(value, tuple | list) and len(value) == 2:
        name, usd = value
        if (
            isinstance(name, str)
            and isinstance(usd, Real)
            and not isinstance(usd, bool)
            and math.isfinite(usd)
        ):
            return name, float(usd)
    raise call.wrong(f"it returned {show(value)}", "a name and USD a month, such as `('serverless', 6.16)`")


# --- the offers ---


def serverless(
    load: Load,
    rate=GB_HOUR,
    million=MILLION_ECPU,
    least=LEAST_GB,
    hours=HOURS,
    each=lambda kb: max(1, kb),
    rps=lambda load: load.rps,
) -> float:
    """USD a month. The keywords are what may be got wrong."""
    ecpus = rps(load) * each(load.kb) * 3600 * hours
    return max(load.gb, least) * rate * hours + ecpus / 1e6 * million


def nodes(kind: NodeType, count=2, share=VALKEY, hours=HOURS) -> float:
    """USD a month."""
    return count * kind.usd_hour * share * hours


def fits(load: Load, kind: NodeType, reserved=RESERVED, peak=lambda load: load.peak) -> bool:
    return kind.gb * (1 - reserved) >= load.gb and kind.peak >= peak(load)


def best(load: Load, bill=None, pair=None, fit=None) -> tuple[str, float]:
    """The cheapest offer and its USD a month; the keywords go to the three functions above."""
    offers = [(serverless(load, **(bill or {})), "serverless")]
    offers += [
        (nodes(kind, **(pair or {})), kind.name) for kind in NODE_TYPES if fits(load, kind, **(fit or {}))
    ]
    usd, name = min(offers)
    return name, usd


MISTAKES = (
    ({"bill": {"million": 1000 * MILLION_ECPU}}, "0.0023 USD: for how many ECPUs?"),
    ({"bill": {"million": 0}}, "And the requests?"),
    ({"bill": {"hours": 720}, "pair": {"hours": 720}}, "How many hours has a month on AWS's bills? Not 720."),
    ({"pair": {"count": 1}}, "The replica bills as a node."),
    ({"pair": {"count": 3}}, "A pair of nodes: the primary is one of the two."),
    ({"bill": {"least": 0}}, "Even an empty serverless cache is billed for something."),
    ({"bill": {"least": 1}}, "A whole GB at least: that is Redis OSS. What is it for Valkey?"),
    ({"bill": {"each": lambda kb: 1}}, "How large is a request? More than a KB takes more than one ECPU."),
    ({"bill": {"each": lambda kb: kb}}, "A small request takes a whole ECPU."),
    ({"bill": {"each": math.ceil}}, "3.2 KB take 3.2 ECPUs: nothing is rounded up."),
    ({"fit": {"reserved": 0}}, "Is all of a node's memory yours?"),
    (
        {"bill": {"rps": lambda load: load.peak}},
        "Is every second of the month a peak? You pay for what was asked.",
    ),
    ({"fit": {"peak": lambda load: load.rps}}, "A node has to take the peak, not the average."),
    ({"fit": {"peak": lambda load: 0}}, "Can a node of that type take the peak?"),
    ({"pair": {"share": 1}}, "The list has the prices of Redis OSS."),
    ({"bill": {"rate": 0.125, "million": 0.0034, "least": 1}}, "Those are the rates of Redis OSS."),
)


def _think(load: Load, name: str, usd: float) -> str:
    kinds = {kind.name: kind for kind in NODE_TYPES}
    if name != "serverless" and name not in kinds:
        return "One of the names in the list, or `serverless`."
    right = serverless(load) if name == "serverless" else nodes(kinds[name])
    if _same(right, usd) and (name == "serverless" or fits(load, kinds[name])):
        cheaper = "Serverless" if best(load)[0] == "serverless" else "A pair of nodes that fits"
        return f"{cheaper} is cheaper here. What does it cost by your formula?"
    for mistake, think in MISTAKES:
        if best(load, **mistake)[0] == name and _same(best(load, **mistake)[1], usd):
            return think
    if name == "serverless":
        return "Memory by the GB and hour, requests by the million ECPUs. Which of the two is off?"
    kind = kinds[name]
    if load.gb > kind.gb * (1 - RESERVED):
        return f"Of {name}'s {kind.gb} GB, how much is left for your data?"
    if load.peak > kind.peak:
        return f"{name} takes {kind.peak:,} requests a second. And at the peak?"
    return "What does a pair of these cost on Valkey, for 730 hours?"


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-5, abs_tol=0.006)


def _bill(load: Load) -> Table:
    """What fits and what does not. It shows no prices: those are the exercise."""
    rows = [("serverless", "as needed", "as needed", "yes")]
    for kind in NODE_TYPES:
        room = kind.gb * (1 - RESERVED)
        verdict = (
            "too small" if room < load.gb else "too slow at the peak" if kind.peak < load.peak else "yes"
        )
        rows.append((kind.name, f"{room:.2f} GB", f"{kind.peak:,} a second", verdict))
    caption = f"What fits {load.gb:g} GB and {load.peak:,g} requests a second"
    return Table(caption, ("offer", "room for data", "takes", "fits"), tuple(rows))
