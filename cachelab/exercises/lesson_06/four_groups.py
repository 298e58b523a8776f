"""06.3: a maxmemory-policy for each of four parameter groups."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect, not_attempted
from cachelab.learner.words import show
from cachelab.workload import trace
from cachelab.workload.policies import Valkey
from cachelab.workload.policies.valkey import POLICIES

SYSTEMS = ("products", "news", "mixed", "jobs")
ROOM = 500
PACE = 2000  # requests a second


@define(
    "06.3",
    "Four parameter groups",
    minutes=8,
    hints=(
        "First: may anything be evicted at all? Then: anything, or only what has a TTL?",
        "Then LRU or LFU: what does a job that reads everything once do to each, and what does a change of "
        "taste?",
        "`volatile-ttl` evicts what ends soonest. If all have the same TTL, that is what was stored first.",
    ),
    needs=("valkey",),
)
def four_parameter_groups(lab: Lab, policies: dict):
    if not any(isinstance(value, str) for value in policies.values()):
        raise not_attempted("`policies` has no answer yet. Write one for each system.")
    if set(policies) != set(SYSTEMS):
        raise incorrect("`policies`", f"it has {', '.join(map(show, policies))}", f"{', '.join(SYSTEMS)}")
    for system in SYSTEMS:
        if policies[system] not in POLICIES:
            what = f'`policies["{system}"]`'
            raise incorrect(what, f"it is {show(policies[system])}", f"one of {', '.join(POLICIES)}")
    _products(policies["products"])
    _news(policies["news"])
    _mixed(lab, policies["mixed"])
    _jobs(policies["jobs"])
    return (
        "Two may forget anything, one only what has a TTL, and one nothing: no policy is right for all, and "
        "ElastiCache's default, volatile-lru, is for one."
    )


def _wrong(system: str, policy: str, happened: str, expected: str, think: str):
    return incorrect(f'`policies["{system}"] = "{policy}"`', happened, expected, think)


def _refuses(system: str, policy: str, node: Valkey) -> None:
    if node.refused:
        raise _wrong(
            system,
            policy,
            f"of 20,000 requests, {node.refused:,} fills were refused: out of memory",
            "a full cache makes room",
            "Which of its entries may this policy evict?",
        )


def _ratio(requests: list[int], node: Valkey, first: int, last: int | None = None) -> float:
    """The share of hits among some of these requests."""
    hits = node.hits(requests, [i / PACE for i in range(len(requests))])[first:last]
    return hits.count(1) / len(hits)


def _products(policy: str) -> None:
    """No TTLs; the same products stay popular, read many times a minute; a job reads all others once."""
    requests = trace.scan(trace.zipf(20_000, 4000), 1500)
    node = Valkey(ROOM, policy)
    after = _ratio(requests, node, 11_500, 13_500)
    _refuses("products", policy, node)
    best = _ratio(requests, Valkey(ROOM, "allkeys-lfu"), 11_500, 13_500)
    if after < best - 0.05:
        raise _wrong(
            "products",
            policy,
            f"in the 2,000 requests after the nightly job, {after:.0%} hit",
            f"{best:.0%}, as before it",
            "The job used each product a moment ago, and once.",
        )


def _news(policy: str) -> None:
    """No TTLs; every half minute other articles are read."""
    parts = {seed: trace.zipf(5000, 2000, skew=1.1, seed=seed) for seed in range(6)}
    requests = [2000 * seed + item for seed, part in parts.items() for item in part]
    node = Valkey(ROOM, policy)
    ratio = _ratio(requests, node, 10_000)
    _refuses("news", policy, node)
    best = _ratio(requests, Valkey(ROOM, "allkeys-lru"), 10_000)
    if ratio < best - 0.02:
        raise _wrong(
            "news",
            policy,
            f"{ratio:.0%} of the reads hit",
            f"{best:.0%}",
            "Yesterday's articles were read very often. Who reads them now?"
            if "lfu" in policy
            else "Some articles are read far more than others: does it matter which one goes?",
        )


def _mixed(lab: Lab, policy: str) -> None:
    """300 limits without a TTL beside pages, on a real server."""
    desk = lab.cache.desk
    desk.flushall()
    try:
        if not lab.cache._address:  # a stand-in cannot be full
            return _mixed_in_the_model(policy)
        for number in range(300):
            desk.set(f"limit:{number}", "3")
        desk.config_set("maxmemory-policy", policy)
        desk.config_set("maxmemory", desk.info("memory")["used_memory"] + 100_000)
        pipe = desk.pipeline(transaction=False)
        for number in range(2000):
            pipe.set(f"page:{number}", "x" * 500, ex=600)
        refused = sum(isinstance(answer, Exception) for answer in pipe.execute(raise_on_error=False))
        limits = sum(name.startswith("limit:") for name in lab.cache.names())
    finally:
        desk.config_set("maxmemory", 0)
        desk.config_set("maxmemory-policy", "noeviction")
        desk.flushall()
    _judge_mixed(policy, refused, limits)


def _mixed_in_the_model(policy: str) -> None:
    node = Valkey(ROOM, policy)
    node.hits([f"limit:{number}" for number in range(300)])
    node.hits([f"page:{number}" for number in range(2000)], ttls=[600] * 2000)
    _judge_mixed(policy, node.refused, sum(f"limit:{number}" in node for number in range(300)))


def _judge_mixed(policy: str, refused: int, limits: int) -> None:
    if refused:
        happened = f"a full node refused {refused:,} of 2,000 pages"
        raise _wrong("mixed", policy, happened, "it makes room for them", "May nothing go at all?")
    if limits < 300:
        raise _wrong(
            "mixed",
            policy,
            f"{300 - limits} of 300 limits were evicted, for pages",
            "all 300 are there: whoever lost one starts again from nothing",
            "What tells a limit from a page, for the server?",
        )
    if policy == "volatile-ttl":
        raise _wrong(
            "mixed",
            policy,
            "the page that was stored first goes first, however popular it is",
            "what is asked for stays",
            "All pages have the same TTL. Which of them ends soonest?",
        )
    if policy == "volatile-random":
        raise _wrong(
            "mixed", policy, "any page may go", "what is asked for stays", "Which page is missed most?"
        )


def _jobs(policy: str) -> None:
    node = Valkey(ROOM, policy)
    node.hits([f"job:{number}" for number in range(600)], ttls=[86_400] * 600)
    if node.evicted:
        raise _wrong(
            "jobs",
            policy,
            f"{node.evicted} of 600 jobs were thrown away, and nobody was told",
            "a full node refuses new ones",
            "A job that is gone is never done. Whoever is refused can try again.",
        )
