"""02.3: a pool of nodes that grows without forgetting."""

from statistics import mean

from pymemcache.client.rendezvous import RendezvousHash

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.pool import chance, five_addresses, noticed, other_process, where
from cachelab.learner.words import show


@define(
    "02.3",
    "A pool that grows without forgetting",
    minutes=12,
    hints=(
        "With a hash modulo the number of nodes, a new node changes the answer for almost every key. What "
        "must the choice depend on, so that a node that joins concerns its own keys only?",
        "Hash the key *together with each node's name*, and take the node with the highest hash.",
        "`hash(text)` is another number in every process. `zlib.crc32(text.encode())` and `hashlib` are not. "
        "(crc32 of texts that differ in little differs in little, too: hashlib mixes better.)",
    ),
)
def a_pool_that_grows(lab: Lab, node_for):
    many = [f"user:{chance.randrange(10**9)}" for _ in range(2000)]
    keys = many[:300]
    pools = [five_addresses() for _ in range(24)]
    nodes = pools[0][:4]

    low, next_to_it, *others = sorted(nodes)
    given = [next_to_it, low, *others[::-1]]  # sorted in no way, so that sorting it would show
    nodes = list(given)
    with noticed(RendezvousHash, "get_node") as used:
        call = lab.call(node_for, keys[0], given).finished()
    if used:
        think = "The exercise is to write that rule yourself; it is one line, and `hashlib` is enough."
        raise call.wrong("pymemcache's RendezvousHash chose the node", "a rule of your own", think)
    if call.value not in nodes:
        raise call.wrong(f"it returned {show(call.value)}", "one of the nodes")
    if given != nodes:
        raise call.wrong(
            f"afterwards the list it was handed is {show(given)}",
            f"the list as it was, {show(nodes)}",
            "That list is the caller's, for the next key too. `sorted(nodes)` makes a new one.",
        )
    all_chosen = where(lab, node_for, many, nodes)  # which also shows whether it is fast enough
    chosen = {key: all_chosen[key] for key in keys}
    if where(lab, node_for, keys, nodes) != chosen:
        raise call.wrong(
            "the second time it chose another node", "the same node for the same key, every time"
        )
    with other_process():
        if where(lab, node_for, keys, nodes) != chosen:
            raise call.wrong(
                "in another process it chose another node",
                "the same node in every program",
                "Python's `hash` of a text is another number in each process.",
            )
    if where(lab, node_for, keys, nodes[::-1]) != chosen:
        raise call.wrong(
            "with the same nodes in another order it chose another node",
            "the same node, however the list is sorted",
            "Two of your servers may have the list in another order, and then they look in different places.",
        )

    # One pool may be lucky or unlucky; what a rule does to two dozen is the rule's own doing.
    growth = [(where(lab, node_for, keys, pool[:4]), where(lab, node_for, keys, pool)) for pool in pools]
    before = [placed for placed, _ in growth]
    shares = [
        {node: list(placed.values()).count(node) / len(keys) for node in pool[:4]}
        for pool, placed in zip(pools, before, strict=True)
    ]
    fullest, emptiest = (mean(pick(pool.values()) for pool in shares) for pick in (max, min))
    if fullest > 0.35 or emptiest < 0.15:
        worst = max(shares, key=lambda pool: max(pool.values()) - min(pool.values()))
        raise incorrect(
            call.text,
            f"one node has far more keys than another: {fullest:.0%} on the fullest of four and "
            f"{emptiest:.0%} on the emptiest, on average over {len(pools)} pools",
            "about a quarter on each of four nodes",
            "",
            Table(
                "Where the keys of one pool live",
                ("node", "share"),
                tuple((node, f"{share:.0%}") for node, share in worst.items()),
            ),
        )

    moved = [
        now[key] == pool[4]
        for pool, (was, now) in zip(pools, growth, strict=True)
        for key in keys
        if was[key] != now[key]
    ]
    away = moved.count(False)
    share = len(moved) / (len(keys) * len(pools))
    called = call.text.strip("`").partition("(")[0]
    what = (
        f"`{called}` for {len(keys)} keys in each of {len(pools)} pools, before and after a fifth node joins"
    )
    if away or share >= 0.25:
        raise incorrect(
            what,
            f"{share:.0%} of the keys moved, {away:,} of them from one old node to another",
            "under a quarter of the keys moved, all of them to the new node",
            "Every key that moves is a miss. Which keys must move to a new node, and which need not?",
        )
    if not moved:
        raise incorrect(what, "the new node gets no keys", "about a fifth of the keys")
    shrunk = where(lab, node_for, keys, nodes[1:])
    if any(shrunk[key] != chosen[key] for key in keys if chosen[key] != nodes[0]):
        raise incorrect(
            what.replace("a fifth node joins", "one of four leaves"),
            "keys of the nodes that stayed moved as well",
            "only the keys of the node that left find another home",
        )
    return f"A fifth node took {share:.0%} of the keys, and nobody else noticed."
