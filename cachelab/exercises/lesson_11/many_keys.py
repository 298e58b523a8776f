"""11.4: many keys from a cluster, in one trip a node."""

from collections import Counter

import redis

from cachelab.checks.exercise import define
from cachelab.checks.rig.cluster import Cluster
from cachelab.checks.rig.lab import Lab, Trial, name_of
from cachelab.exercises.asserts.pool import chance
from cachelab.learner.words import counted, show
from cachelab.workload.ring import shard_of


@define(
    "11.4",
    "Many keys",
    minutes=15,
    needs=("cluster",),
    hints=(
        "`mget_nonatomic` and a cluster's pipeline already make one trip a node, and follow slots that have "
        "moved. What do they return when one of the nodes does not answer?",
        "So ask each node by itself. `cluster.get_node_from_key(key).name` says which one a key is on: make "
        "a group of the keys of each.",
        "For each group a `cluster.pipeline()` with its GETs, and a `try` around its `execute()`: an error "
        "concerns this group only. If no node at all answers, that is a `RedisClusterException`, which is no "
        "`redis.RedisError`. Gather what came in a dict, and build the list at the end, in the order asked.",
    ),
)
def many_keys(lab: Lab, get_many):
    cluster, run = lab.cluster, chance.randrange(10**6)
    names = [f"product:{run}:{number}" for number in range(200)]
    spread = [key for shard in range(3) for key in [k for k in names if shard_of(k, 3) == shard][:8]]
    stored = {key: f"page {number}" for number, key in enumerate(spread)}
    for key, value in stored.items():
        cluster.desk.set(key, value, ex=600)
    missing = [f"product:{run}:no{number}" for number in range(6)]
    keys = chance.sample([*stored, *missing], 30)

    call = ask(lab, get_many, keys, "30 keys, of which 6 do not exist")
    in_order(call, keys, stored)
    one_trip_a_node(cluster, call, keys)
    nobody_is_asked_for_nothing(lab, get_many, stored)
    twice = [keys[0], *keys[:3], keys[2]]
    call = ask(lab, get_many, twice, "five keys, two of them twice")
    in_order(call, twice, stored)
    nodes_gone(lab, get_many, keys, stored)
    a_slot_has_moved(lab, get_many, keys, stored)
    return (
        "30 keys in one trip a node, in their order and with their holes; without one node, what the others "
        "have, and without all, holes; and a slot that had moved was found."
    )


def ask(lab: Lab, get_many, keys: list[str], what: str) -> Trial:
    lab.cluster.trips.clear()
    return lab.call(
        get_many, lab.cluster.client, list(keys), text=f"{name_of(get_many)}(cluster, keys) for {what}"
    )


def in_order(call: Trial, keys: list[str], stored: dict[str, str], instead: str = "") -> None:
    value = call.finished().value
    expected = [stored.get(key) for key in keys]
    if not isinstance(value, list | tuple):
        raise call.wrong(f"it returned {show(value)}", "a list: the value of each key, in their order")
    if list(value) == expected:
        return
    if len(value) != len(keys):
        think = "Whoever asks tells the values apart by their places. What stands where a key has no value?"
        if len(set(keys)) < len(keys):
            think = "A key that is asked for twice has two places."
        raise call.wrong(f"it returned {counted(value, 'value')}", f"{len(keys)}, one for each key", think)
    place = next(i for i, pair in enumerate(zip(value, expected, strict=True)) if pair[0] != pair[1])
    think = (
        instead or "The answers of three nodes come one after the other. In which order were they asked for?"
    )
    raise call.wrong(
        f"for {keys[place]!r}, number {place} in the list, it returned {show(value[place])}",
        show(expected[place]),
        think,
    )


def one_trip_a_node(cluster: Cluster, call: Trial, keys: list[str]) -> None:
    trips = Counter(node for node, _ in cluster.trips)
    if max(trips.values(), default=0) > 1:
        counts = ", ".join(f"node {node}: {count}" for node, count in sorted(trips.items()))
        raise call.wrong(
            f"{trips.total()} trips ({counts})",
            "one trip to each of the three nodes",
            "A trip for each slot is hardly better than one for each key: there are 16,384 slots, and three "
            "nodes."
            if trips.total() < len(keys)
            else "Each `get` waits for its answer. What sends many commands together?",
            cluster.log(),
        )


def nobody_is_asked_for_nothing(lab: Lab, get_many, stored: dict[str, str]) -> None:
    nodes = dict(zip(stored, lab.cluster.nodes_of(list(stored)), strict=True))
    mine = [key for key, node in nodes.items() if node == 2]
    call = ask(lab, get_many, mine, f"{len(mine)} keys, all of them on node 2")
    in_order(call, mine, stored)
    if {node for node, _ in lab.cluster.trips} != {2}:
        asked = ", ".join(f"node {node}" for node, _ in lab.cluster.trips) or "nobody"
        raise call.wrong(f"it asked {asked}", "node 2, and no other", "", lab.cluster.log())
    call = ask(lab, get_many, [], "no keys")
    if list(call.finished().value or ()) or lab.cluster.trips:
        happened = f"it returned {show(call.value)}, in {counted(lab.cluster.trips, 'trip')}"
        raise call.wrong(happened, "an empty list, at once")


def nodes_gone(lab: Lab, get_many, keys: list[str], stored: dict[str, str]) -> None:
    nodes = dict(zip(keys, lab.cluster.nodes_of(keys), strict=True))
    for gone in ((2,), (1,), (1, 2, 3)):
        left = {key: value for key, value in stored.items() if nodes.get(key) not in gone}
        if left:
            who = f"node {gone[0]} refuses"
            expected = f"the values of the other two nodes, and None for the keys of node {gone[0]}"
        else:
            who, expected = "all three nodes refuse", "None for each key"
        with lab.cluster.gone(*gone), lab.log.during(f"while {who} connections"):
            call = ask(lab, get_many, keys, "30 keys")
            if call.error is not None and call.overtime is None:
                think = "A page that misses some values asks the database for these. And without any?"
                if isinstance(call.error, redis.exceptions.RedisClusterException):
                    think = "Which errors do you expect? This one is no `redis.RedisError`."
                raise call.wrong(f"it raised {type(call.error).__name__}", expected, think)
            in_order(call, keys, left, "That node answers. Was it asked?" if left else "")


def a_slot_has_moved(lab: Lab, get_many, keys: list[str], stored: dict[str, str]) -> None:
    key = next(key for key in keys if key in stored)
    [node] = lab.cluster.nodes_of([key])
    with lab.cluster.moved(key, to=node % 3 + 1), lab.log.during("after a slot has moved to another node"):
        call = ask(lab, get_many, keys, "30 keys")
        if call.error is not None and call.overtime is None:
            raise call.wrong(
                f"it raised {type(call.error).__name__}",
                "all values: the node says who has the slot now",
                "The cluster's client follows `MOVED`; a client of one node does not.",
            )
        in_order(call, keys, stored, "The node said `MOVED`, and who has the slot now. Who follows it?")
