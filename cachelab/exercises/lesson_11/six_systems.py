"""11.6: six systems with figures, and the first remedy on the menu that is enough for each."""

from dataclasses import dataclass

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect, not_attempted
from cachelab.learner.words import show

ROOM, LARGEST = 10, 300  # GiB for entries, of the node they have and of the largest
COMMANDS = 100_000  # a second, that one node executes: one thread does, however large the node
REPLICAS, SHARDS, PARTS, PROCESSES = 5, 12, 16, 50

# The menu, what costs least first.
REMEDIES = {
    "nothing": "one node as it is",
    "near cache": f"a dict for the hottest key in each of {PROCESSES} processes, refreshed every second",
    "larger node": f"up to {LARGEST} GiB; commands are still executed by one thread",
    "replicas": f"up to {REPLICAS}, which serve reads; what they answer may be a second old",
    "shards": f"up to {SHARDS}, each with its part of the keys",
    "split key": f"shards, and the hottest key in {PARTS} parts: each addition to one, a read adds them",
}


@dataclass(frozen=True)
class System:
    """What is known of it: GiB of entries, commands a second, the hottest key's share of all commands."""

    story: str
    memory: float
    reads: float
    writes: float
    hottest: float
    old: bool  # whether an answer may be a second old

    def __str__(self) -> str:
        old = "may" if self.old else "may not"
        return (
            f"{self.story} {self.memory:g} GiB of entries; {self.reads:,} reads and {self.writes:,} writes a "
            f"second, {100 * self.hottest:g}% of them for one key. An answer {old} be a second old."
        )


SYSTEMS = {
    "shop": System("A million page views an hour, ten look-ups each.", 4, 2800, 100, 0.08, True),
    "front page": System("A newspaper, and one article that all read.", 2, 180_000, 50, 0.6, True),
    "sessions": System("Whatever people have put into their sessions.", 60, 20_000, 9000, 0.001, False),
    "catalogue": System("Machines read prices, all products alike.", 8, 300_000, 500, 0.0005, True),
    "meters": System("Two million meters, each sends its state.", 9, 5000, 350_000, 0.0002, False),
    "likes": System("Additions to counters, on the evening of a final.", 3, 2000, 200_000, 0.7, True),
}


@define(
    "11.6",
    "Which need shards",
    minutes=8,
    hints=(
        "For each system: does it fit into memory? Can one thread execute that many commands? If not, which "
        "of them are too many: reads, writes, or those for one key?",
        "A near cache takes away the reads of the hottest key. Replicas share reads, and each repeats all "
        "writes. Shards share everything but one key: at most 1/p₁ times what one serves.",
    ),
)
def does_it_need_shards(lab: Lab, remedy: dict):
    if not any(isinstance(value, str) for value in remedy.values()):
        raise not_attempted("`remedy` has no answer yet. Write one for each system.")
    for name, system in SYSTEMS.items():
        called, given = f"`remedy[{name!r}]`", remedy.get(name)
        if given is None or given is ...:
            raise not_attempted(f"There is no remedy for {name!r} yet.")
        if not isinstance(given, str) or given not in REMEDIES:
            raise incorrect(called, f"it is {show(given)}", "one of " + ", ".join(map(repr, REMEDIES)))
        called = f'`remedy["{name}"] = "{given}"`'
        if trouble := why_not(system, given):
            raise incorrect(called, trouble, "enough for this system", "What is it that is too much here?")
        for cheaper in list(REMEDIES)[: list(REMEDIES).index(given)]:
            if not why_not(system, cheaper):
                raise incorrect(
                    called,
                    "it is enough, and so is something that costs less",
                    "the first on the menu that is enough",
                    f"What is too much for one node here? It fits in {ROOM} GiB or not; it executes "
                    f"{COMMANDS:,} commands a second.",
                )
    if odd := [name for name in remedy if name not in SYSTEMS]:
        raise incorrect("`remedy`", f"it has {show(odd[0])}", "the six systems: " + ", ".join(SYSTEMS))
    rows = tuple((name, remedy[name], REMEDIES[remedy[name]]) for name in SYSTEMS)
    return "Two of six need shards, and one of these would be no better off with them alone.", Table(
        "Six systems", ("system", "remedy", ""), rows
    )


def why_not(system: System, remedy: str) -> str:
    """Why this is not enough, in a sentence; "" if it is."""
    if remedy in ("near cache", "replicas") and not system.old:
        return "its answers may be a second old, and here they may not"
    room = {"larger node": LARGEST, "shards": ROOM * SHARDS, "split key": ROOM * SHARDS}.get(remedy, ROOM)
    if system.memory > room:
        return f"{system.memory:g} GiB do not fit into {room} GiB"
    busiest = commands(system, remedy)
    if busiest > COMMANDS:
        return f"the busiest node has to execute {busiest:,.0f} commands a second, and it can {COMMANDS:,}"
    return ""


def commands(system: System, remedy: str) -> float:
    """Commands a second of the busiest node."""
    every = system.reads + system.writes
    hot = system.hottest * every
    if remedy == "near cache":  # reads of the hottest key: one in each process, each second
        return every - min(hot, system.reads) + PROCESSES
    if remedy == "replicas":
        return system.reads / (1 + REPLICAS) + system.writes
    if remedy == "shards":
        return hot + (every - hot) / SHARDS
    if remedy == "split key":
        return 2 * hot / PARTS + (every - hot) / SHARDS  # two parts on one shard
    return every
