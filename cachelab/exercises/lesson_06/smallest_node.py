"""06.4: the smallest node that holds it all."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.learner.words import show

DEAD, RESERVED = 0.25, 0.25
ENOUGH = 10_000  # entries below which the tables' doubling misleads
GIB = 2**30


@define(
    "06.4",
    "The smallest node",
    minutes=10,
    hints=(
        "Measure: what `used_memory` says before and after storing 20,000 entries.",
        "Three things take room: what is alive, the dead among it, and what ElastiCache reserves. A quarter "
        "of the *node* is reserved: what is left is three quarters.",
        "Memory is given in GiB: 2**30 bytes.",
    ),
    needs=("real valkey",),
)
def the_smallest_node(lab: Lab, smallest_node):
    desk = lab.cache.desk
    for entries, value in ((2_000_000, 200), (15_000_000, 60)):
        stored: list[int] = []

        def store(numbers, value=value, stored=stored):
            for batch in batched(numbers):  # a large one would leave a large buffer, and that counts as used
                pipe = desk.pipeline(transaction=False)
                for number in batch:
                    pipe.set(f"session:{number:08}", "x" * value, ex=3600)
                with lab.log.ours():  # the server's time is not the answer's
                    pipe.execute()
                stored.extend(batch)

        _empty(desk)
        each = _measured(desk, store)
        _empty(desk)
        stored.clear()
        need = entries * each * (1 + DEAD) / (1 - RESERVED) / GIB
        sizes = {"small": 0.6, "compact": 0.78, "medium": 0.965, "large": 1.06, "xlarge": 1.5, "huge": 4}
        if value < 100:  # another place in the list
            del sizes["small"]
        nodes = [(name, round(need * share, 3)) for name, share in sizes.items()]
        call = lab.call(smallest_node, lab.cache, store, entries, nodes).finished()
        if call.value == "large":
            continue
        table = Table("The nodes", ("name", "GiB"), tuple((name, f"{size:g}") for name, size in nodes))
        if call.value not in sizes:
            raise call.wrong(f"it returned {show(call.value)}", "the name of one of the nodes", "", table)
        small = sizes[call.value] < 1
        raise call.wrong(
            f"it chose {call.value}, which is {'too small' if small else 'larger than needed'}",
            f"a node of at least {need:.2f} GiB: large",
            _think(call, len(set(stored)), small),
            table,
        )
    return "Measured, with the dead and the reserve: neither an outage nor a bill that is too high."


def _think(call, stored: int, small: bool) -> str:
    if any("MEMORY" in name for name in call.commands):
        return "MEMORY USAGE counts neither the key's place in the tables nor its TTL's."
    if stored == 0:
        return "Nothing was stored in the cache: what does one entry take there, beside key and value?"
    if stored < ENOUGH:
        return f"Only {stored:,} entries were stored. The server's tables grow by doubling: try 20,000."
    if small:
        return "Is a quarter more counted for the dead, and is a quarter of the node left alone?"
    return "Is memory counted in GiB, and the reserve once?"


def batched(numbers, size: int = 200):
    numbers = list(numbers)
    return [numbers[first : first + size] for first in range(0, len(numbers), size)]


def _empty(desk) -> None:
    """At once: what a lazy flush frees later would be missing in a measurement."""
    from cachelab.workload.replay import empty  # here: it takes numpy, and a browser has none

    empty(desk)
    desk.connection_pool.disconnect()
    desk.ping()


def _measured(desk, store) -> float:
    desk.info("memory"), desk.set("warm", "x"), desk.delete("warm")
    before = desk.info("memory")["used_memory"]
    for first in range(0, 20_000, 1000):
        store(range(first, first + 1000))
    desk.connection_pool.disconnect()
    desk.ping()
    return (desk.info("memory")["used_memory"] - before) / 20_000
