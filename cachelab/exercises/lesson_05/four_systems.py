"""05.5: four systems, and the cheapest fix that holds in each."""

from cachelab import races
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import NOT_ATTEMPTED, Settled, Table, Verdict, incorrect
from cachelab.exercises.asserts.races import (
    schedule,
    think,
)
from cachelab.races import strategies
from cachelab.races.matrix import from_replica

# The menu, cheapest first: name, what it is, and the strategy of cachelab.races that it stands for.
FIXES = {
    "delete": ("delete after each write", "DeleteAfterWrite"),
    "delete + ttl": ("delete after each write, and every entry has a TTL", "TtlAndDelete"),
    "lease + ttl": (
        "delete after each write, readers fill under a lease, and every entry has a TTL",
        "LeaseWithTtl",
    ),
    "cdc + lease": (
        "a handler deletes for each commit on the primary, readers fill under a lease",
        "CdcLease",
    ),
    "replica cdc + lease": ("the same, for each commit that has reached the replica", "ReplicaCdcLease"),
}


SYSTEMS = {
    "descriptions": (
        "Product texts change twice a day. One that is a minute old bothers nobody, one that is a day "
        "old does. Deployments kill writers at any moment.",
        {"crash"},
        "t",
        False,
    ),
    "prices": (
        "Prices change all day, and no customer may see a wrong one for longer than a moment. Every "
        "writer is one careful process that finishes what it began. The cache is small and evicts.",
        {"evict"},
        ".",
        False,
    ),
    "stock": (
        "Stock levels must never stay wrong. They are written by hundreds of short-lived jobs, and some "
        "die half-way.",
        {"crash"},
        ".",
        False,
    ),
    "profiles": (
        "Profiles must never stay wrong. Writers may die, and readers on the other side of the ocean "
        "ask a replica of the database that lags behind.",
        {"crash", "replica_lag"},
        ".",
        True,
    ),
}


@define(
    "05.5",
    "Four systems",
    minutes=10,
    hints=(
        "For each system, list what may go wrong in it: a race alone, an eviction, a dead writer, a "
        "lagging replica. Then ask of each fix who removes the old value when exactly that happens.",
        "A TTL removes what everybody forgot, later. If later is good enough, it is the cheapest.",
        "A handler that sees a commit before the replica does deletes too early: a reader can still "
        "fetch the old row.",
    ),
)
def four_systems(lab: Lab, choice: dict):
    for system, (_, faults, worst, lagging) in SYSTEMS.items():
        fix = choice.get(system, ...)
        called = f"`choice[{system!r}]`"
        if fix is ... or fix is None:
            others = "".join(
                f" {name!r} is not one of the systems." for name in choice if name not in SYSTEMS
            )
            words = f"There is no choice for {system!r} yet.{others}"
            raise Settled(Verdict(NOT_ATTEMPTED, (("", words),)))
        if not isinstance(fix, str) or fix not in FIXES:
            raise incorrect(called, f"it is {fix!r}", "one of " + ", ".join(map(repr, FIXES)))
        report = tried(fix, faults, lagging)
        if not good_enough(report, worst):
            raise incorrect(
                f"{called}: `{fix}`, with {' and '.join(sorted(faults))}",
                report.explain(),
                "a cache that is right in the end"
                if worst == "."
                else "a cache that is right again after a while",
                think(report, faults),
                schedule(report),
            )
        for cheaper in list(FIXES)[: list(FIXES).index(fix)]:
            if good_enough(tried(cheaper, faults, lagging), worst):
                raise incorrect(
                    f"{called}: `{fix}`",
                    "it holds, and so does something cheaper",
                    "the first on the menu that holds: every further part is one more to run, and to fail",
                    "What does this system forgive?"
                    if worst == "t"
                    else "What cannot happen in this system?",
                )
    rows = tuple((name, choice[name], FIXES[choice[name]][0]) for name in SYSTEMS)
    words = (
        "Each is the cheapest on the menu that holds. Give the entries of the last two a TTL as well: no "
        "story has a failover of the cache, and only a TTL ends what that brings back."
    )
    return words, Table("Four systems", ("system", "fix", ""), rows)


def tried(fix: str, faults: set, lagging: bool) -> races.Report:
    """Explore a fix from the menu under these faults; `lagging`: its readers ask the replica."""
    strategy = getattr(strategies, FIXES[fix][1])
    read = from_replica(strategy.reader) if lagging else strategy.reader
    clients = [read, strategy.writer]
    if hasattr(strategy, "follower"):
        clients.append(races.cdc(strategy.follower, source=strategy.source))
    return races.explore(clients, fault=faults, seconds=None)  # they are ours, and small


def good_enough(report: races.Report, worst: str) -> bool:
    return report.complete and report.verdict in (".", worst)
