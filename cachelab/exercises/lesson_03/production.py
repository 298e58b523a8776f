"""03.1: a cache to a list of requirements, and what happens when its primary dies."""

import random
from contextlib import suppress

import redis

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Settled, could_not_run
from cachelab.exercises.asserts.aws import NEIGHBOUR, connect, neighbour, opens, pair
from cachelab.exercises.asserts.requirements import meets
from cachelab.learner.clock import real_monotonic

MADE_IN = (21.0, 27.0)  # seconds a creation takes on the learner's clock: longer than a guess
BACK_IN = 45.0  # seconds after which we blame our own engines if writes are not back


@define(
    "03.1",
    "A cache for production",
    minutes=15,
    needs=("aws",),
    hints=(
        "Fill in lesson 03's form for it, and look at `form.request`: which of the requirements are in it, "
        "and which are not yet? The budget decides about the engine.",
        "`create_replication_group` with `Engine`, `CacheNodeType`, `NumCacheClusters`, "
        "`AutomaticFailoverEnabled`, `MultiAZEnabled`, `CacheSubnetGroupName`, `SecurityGroupIds`, "
        "`TransitEncryptionEnabled`, `AtRestEncryptionEnabled`, `AuthToken` and `SnapshotRetentionLimit`. "
        "Users instead of the token? The password is then that of the user named `default`, and "
        "`describe_user_groups` must say `active` before a cache can use the group; no waiter waits for it.",
        "Then wait with the waiter `replication_group_available`, describe the group, and return the "
        "`Address` and the `Port` of `NodeGroups[0]`'s `PrimaryEndpoint`.",
    ),
)
def production(lab: Lab, create_cache_cluster_for_production):
    name, password = "checkout", "correct-horse-battery"
    neighbour(lab)
    lab.pace(random.uniform(*MADE_IN))
    call = lab.call(
        create_cache_cluster_for_production,
        lab.elasticache(),
        name,
        lab.aws.subnet_group,
        lab.aws.security_group,
        password,
        patience=5,
        sleeps=150,
        text=f"create_cache_cluster_for_production(elasticache, {name!r}, {lab.aws.subnet_group!r}, …)",
    ).finished()
    group = existing(lab, call, name)
    meets(lab, call, group)
    address = writes_go(call, group)
    only_with(call, address, password)
    back = survives(lab, group, address, password)
    return (
        "Everything on the list is there. A client without the password was refused, and one with it could "
        f"write. Then we killed the primary: writes were back after {back:.1f} s, at the same address."
    )


def existing(lab: Lab, call: Trial, name: str) -> dict:
    """The group that should be there now."""
    api = lab.aws.elasticache
    groups = api.describe_replication_groups()["ReplicationGroups"]
    clusters = api.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    serverless = api.describe_serverless_caches()["ServerlessCaches"]
    found = {group["ReplicationGroupId"]: group for group in groups}
    if name not in found:
        made = [*(found.keys() - {NEIGHBOUR})]
        made += [f"{cluster['CacheClusterId']}, a single cluster" for cluster in clusters]
        made += [f"{cache['ServerlessCacheName']}, a serverless cache" for cache in serverless]
        raise call.wrong(
            f"it made {', '.join(made) or 'nothing'}",
            f"a replication group called {name}",
            "A single cluster has no replica that could take over." if clusters else "",
        )
    return found[name]


def writes_go(call: Trial, group: dict) -> tuple[str, int]:
    """The primary endpoint, which the function should have returned."""
    shard = group["NodeGroups"][0]
    known = {pair(shard["ReaderEndpoint"]): "the reader endpoint: replicas refuse writes"}
    for member in shard["NodeGroupMembers"]:
        known[pair(member["ReadEndpoint"])] = f"the address of one node, {member['CacheClusterId']}"
    primary = pair(shard["PrimaryEndpoint"])
    with suppress(TypeError, ValueError):
        if tuple(call.value) != primary and tuple(call.value) in known:
            raise call.wrong(
                f"it returned {known[tuple(call.value)]}",
                "the primary endpoint, which leads to whoever is the primary",
                "What stays the same when the primary dies?",
            )
    call.returned(primary, "The host and the port of the primary endpoint, as a tuple of two.")
    return primary


def only_with(call: Trial, address: tuple[str, int], password: str) -> None:
    if opens(address, None):
        raise call.wrong("a client without a password could log in", "it is refused")
    if not opens(address, password):
        raise call.wrong(
            "the password it was given did not open the cache",
            "the cache asks for that password",
            "Which password is it, and whose? The checkout sends no user name.",
        )


def survives(lab: Lab, group: dict, address: tuple[str, int], password: str) -> float:
    """Kill the primary; the seconds until the same address takes a write again."""
    members = group["NodeGroups"][0]["NodeGroupMembers"]
    primary = next(member["CacheClusterId"] for member in members if member["CurrentRole"] == "primary")
    lab.pace(0)
    lab.aws.strings.fail_node(primary)
    since = real_monotonic()
    while real_monotonic() - since < BACK_IN:
        with suppress(redis.RedisError), connect(address, password) as client:
            client.set("after", "the outage")
            return real_monotonic() - since
    raise Settled(could_not_run(f"we killed the primary, and no replica took over within {BACK_IN:g} s"))
