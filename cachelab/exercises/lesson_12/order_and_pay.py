"""12.4: gold."""

from textwrap import shorten

from cachelab import day
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.service import in_the_day, module_of, passes, safe_in_every_order


@define(
    "12.4",
    "Order and pay",
    minutes=10,
    needs=("aws",),
    hints=(
        "Lesson 03's form shows which parameter stands for what, and what a month costs.",
        "`create_replication_group` with `CacheNodeType`, `NumCacheClusters`, `AutomaticFailoverEnabled`, "
        "`MultiAZEnabled`, `TransitEncryptionEnabled`, `SnapshotRetentionLimit` and `CacheSubnetGroupName`.",
        "A primary and one replica, of a type whose memory holds 2 GiB in three quarters of it. Return the "
        "id that you gave the group.",
    ),
)
def order_and_pay(lab: Lab, connect, get_product, change_price, order):
    service = module_of(connect, get_product, change_price, order)
    score = ordered(lab, order)
    passes(score)
    usd = score.lines[-1].value
    safe_in_every_order(service)
    score += in_the_day(service, day.INCIDENTS)
    passes(score)
    return (
        f"Gold: {len(score.lines)} lines, no order of calls that goes wrong, and USD {usd:,.0f} a month. "
        "Below: the live day, and the record."
    )


def ordered(lab: Lab, order) -> day.Score:
    call = lab.call(order, lab.elasticache(), patience=5, sleeps=60, text="order(elasticache)").finished()
    groups = lab.aws.elasticache.describe_replication_groups()["ReplicationGroups"]
    names = [group["ReplicationGroupId"] for group in groups]
    if call.value not in names:
        raise call.wrong(
            f"it returned {shorten(repr(call.value), 80)}; the groups in the account: "
            f"{', '.join(names) or 'none'}",
            "the id of the replication group that it made",
        )
    return day.judge_order(lab.aws.elasticache, call.value)
