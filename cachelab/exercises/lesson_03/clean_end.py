"""03.4: an account with nothing left that costs or stands in the way."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.exercises.asserts.aws import make
from cachelab.learner.words import counted

SNAPSHOTS = 52


_WHY_LEFT = {
    "snapshot": "A list comes in pages. How many snapshots does one call describe? And who made a final one?",
    "parameter group": "It costs nothing; the next deployment will trip over its name all the same.",
    "subnet group": "It costs nothing; the next deployment will trip over its name all the same.",
}


@define(
    "03.4",
    "Leave nothing behind",
    minutes=15,
    needs=("aws",),
    hints=(
        "What can stand in whose way? A subnet group and a parameter group cannot go while a cache uses "
        "them, and a cache that is `deleting` still does. So: caches first, all of them, then wait.",
        "`describe_cache_clusters` also lists the nodes of replication groups; "
        "`ShowCacheClustersNotInReplicationGroups=True` leaves them out. Parameter groups whose names begin "
        "with `default.` are AWS's own.",
        "Lists come in pages: 50 snapshots at a time. `elasticache.get_paginator('describe_snapshots')"
        ".paginate()` turns the pages for you.",
    ),
)
def clean_end(lab: Lab, tear_down):
    furnish(lab)
    call = lab.call(tear_down, lab.elasticache(), patience=6, sleeps=30, text="tear_down(elasticache)")
    left = leftovers(lab)
    alive = [row for row in left if row[2] in ("available", "create-failed")]
    if call.overtime is not None and alive:
        kind, name, status = alive[0]
        raise call.wrong(
            f"after {call.seconds:.0f} s it was still waiting, and the {kind} {name} had not been deleted",
            "it deletes everything first, and then waits until it is gone",
            f"Its status is {status!r}.",
        )
    call.finished()
    if left:
        kind, name, status = left[0]
        table = Table("What is left", ("", "name", "status"), tuple(left[:8]))
        if status == "deleting":
            raise call.wrong(
                f"when it returned, {name} was still there: {status}",
                "it returns when everything is gone",
                "Until then AWS bills, and what it uses cannot be deleted.",
                table,
            )
        number = sum(1 for row in left if row[0] == kind)
        raise call.wrong(
            f"{counted(number, kind)} left, such as {name}",
            "an account with nothing in it that you made",
            _WHY_LEFT.get(kind, ""),
            table,
        )
    bill = lab.aws.strings.still_billing()
    if bill:
        raise call.wrong(f"AWS would still charge for {bill[0]}", "nothing")
    with lab.log.during("a second time, on the empty account"):
        lab.call(
            tear_down, lab.elasticache(), patience=6, sleeps=30, text="tear_down(elasticache)"
        ).finished()
    return (
        f"A replication group, a Memcached cluster, a creation that had failed, {SNAPSHOTS} snapshots and "
        "the groups they stood on are gone; nothing is billing, and a second run does no harm."
    )


def furnish(lab: Lab) -> None:
    """What somebody has left: one of everything that costs, many backups, and what they stand on."""
    api, strings = lab.aws.elasticache, lab.aws.strings
    lab.pace(0)
    api.create_cache_parameter_group(
        CacheParameterGroupName="shop-settings", CacheParameterGroupFamily="valkey9", Description="ours"
    )
    where = {"CacheSubnetGroupName": lab.aws.subnet_group}
    settings = {"CacheParameterGroupName": "shop-settings"}
    make(lab, "shop", NumCacheClusters=2, AutomaticFailoverEnabled=True, **where, **settings)
    api.create_snapshot(ReplicationGroupId="shop", SnapshotName="night-01")
    for number in range(2, SNAPSHOTS + 1):
        api.copy_snapshot(SourceSnapshotName="night-01", TargetSnapshotName=f"night-{number:02}")
    api.create_cache_cluster(
        CacheClusterId="sessions",
        Engine="memcached",
        CacheNodeType="cache.t4g.micro",
        NumCacheNodes=1,
        **where,
    )
    strings.fail_next_create("no capacity")
    make(lab, "half-built", **where)
    lab.pace(0.8)


_KINDS = {  # what to call it, how to list it, its name, its status
    "replication group": ("describe_replication_groups", "ReplicationGroupId", "Status"),
    "cache cluster": ("describe_cache_clusters", "CacheClusterId", "CacheClusterStatus"),
    "snapshot": ("describe_snapshots", "SnapshotName", "SnapshotStatus"),
    "parameter group": ("describe_cache_parameter_groups", "CacheParameterGroupName", ""),
    "subnet group": ("describe_cache_subnet_groups", "CacheSubnetGroupName", ""),
}


def leftovers(lab: Lab) -> list[tuple[str, str, str]]:
    """(kind, name, status) of everything in the account that somebody made."""
    left = []
    for kind, (operation, name, status) in _KINDS.items():
        pages = lab.aws.elasticache.get_paginator(operation).paginate()
        for rows in pages.build_full_result().values():
            left += [
                (kind, row[name], row.get(status, "")) for row in rows if not row[name].startswith("default.")
            ]
    return left
