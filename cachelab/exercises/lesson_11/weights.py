"""11.3: which of several nodes, of different sizes, a key belongs to."""

from statistics import mean

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, name_of
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.pool import chance, five_addresses, other_process, where
from cachelab.learner.words import counted, show

SIZES = (6.38, 13.07, 13.07, 3.09, 26.32)  # GiB: an m7g.large, two r7g.large, a t4g.medium, an r7g.xlarge
POOLS, KEYS = 16, 250


@define(
    "11.3",
    "Nodes of two sizes",
    minutes=15,
    hints=(
        "Rendezvous: each node gets a score with this key, and the highest has it. A weight must change how "
        "often a node is the highest, and nobody else's score.",
        "To multiply the hash by the weight is not it: a node of half the weight would win too rarely. Of a "
        "number u between 0 and 1, made of the hash of node and key, take the logarithm.",
        "The score `-weight / math.log(u)` gives each node its share exactly. u must be neither 0 nor 1: "
        "`(number + 0.5) / 2**64` of 64 bits of a hash.",
    ),
)
def nodes_of_two_sizes(lab: Lab, node_for):
    keys = [f"user:{chance.randrange(10**9)}" for _ in range(KEYS)]
    pools = [dict(zip(five_addresses(), SIZES, strict=True)) for _ in range(POOLS)]
    nodes = pools[0]
    given = dict(nodes)
    call = lab.call(node_for, keys[0], given).finished()
    if not isinstance(call.value, str) or call.value not in nodes:
        raise call.wrong(f"it returned {show(call.value)}", "the address of one of the nodes")
    if given != nodes:
        raise call.wrong(f"afterwards the nodes it was handed are {show(given)}", "the nodes as they were")
    chosen = where(lab, node_for, keys, nodes)
    if where(lab, node_for, keys, nodes) != chosen:
        raise call.wrong("the second time it chose another node", "the same node, every time")
    with other_process():
        if where(lab, node_for, keys, nodes) != chosen:
            raise call.wrong(
                "in another process it chose another node",
                "the same node in every program",
                "Python's `hash` of a text is another number in each process.",
            )
    if where(lab, node_for, keys, dict(reversed(nodes.items()))) != chosen:
        raise call.wrong(
            "with the same nodes in another order it chose another node",
            "the same node, in whatever order they come",
        )
    before = [where(lab, node_for, keys, pool) for pool in pools]
    shares_by_weight(node_for, pools, before)
    what_moves(lab, node_for, keys, pools, before)
    return "Each node has its share by its size, and a change of one node concerns no other."


def shares_by_weight(node_for, pools: list[dict], placed: list[dict]) -> None:
    """Over all pools: one pool may be lucky."""
    total, rows, worst = sum(SIZES), [], 0.0
    for place, size in enumerate(SIZES):
        held = mean(
            list(at.values()).count(list(pool)[place]) / len(at)
            for pool, at in zip(pools, placed, strict=True)
        )
        rows.append((f"{size:g}", f"{size / total:.0%}", f"{held:.0%}"))
        worst = max(worst, abs(held - size / total) / (0.012 + 0.1 * size / total))
    if worst > 1:
        raise incorrect(
            f"`{name_of(node_for)}` for {len(placed[0])} keys in each of {len(pools)} pools",
            "the nodes' shares are not those of their weights",
            "each node's share of the keys is its share of all weights",
            "A node of twice the weight is to win twice as often, whatever the others weigh.",
            Table("Shares, on average", ("weight", "expected", "found"), tuple(rows)),
        )


def what_moves(lab: Lab, node_for, keys: list[str], pools: list[dict], before: list[dict]) -> None:
    """A node joins, leaves, or becomes another size: only its own keys move."""
    changes = {
        "a node of 13.07 joins": lambda pool: pool | {"10.9.9.9:6379": 13.07},
        "the second node leaves": lambda pool: {node: w for node, w in pool.items() if node != _nth(pool, 1)},
        "the fourth node grows from 3.09 to 13.07": lambda pool: pool | {_nth(pool, 3): 13.07},
        "the last node shrinks from 26.32 to 13.07": lambda pool: pool | {_nth(pool, 4): 13.07},
    }
    concerned = {0: None, 1: 1, 2: 3, 3: 4}
    for number, (words, change) in enumerate(changes.items()):
        strays, moved = 0, 0
        for pool, was in zip(pools[:8], before, strict=False):
            mine = "10.9.9.9:6379" if concerned[number] is None else _nth(pool, concerned[number])
            now = where(lab, node_for, keys, change(pool))
            away = [key for key in keys if now[key] != was[key]]
            moved += len(away)
            strays += sum(mine not in (now[key], was[key]) for key in away)
        if strays or not moved:
            called = f"`{name_of(node_for)}` for {len(keys)} keys in each of 8 pools; {words}"
            happened = f"{counted(strays, 'key')} moved between nodes that did not change"
            raise incorrect(
                called,
                happened if strays else "no key moved",
                "keys move to or from that node only",
                "On what does the score of one node with one key depend? On how many others there are, on "
                "their weights, on their order?"
                if strays
                else "",
            )


def _nth(pool: dict, place: int) -> str:
    return list(pool)[place]
