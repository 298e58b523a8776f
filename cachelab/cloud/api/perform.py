"""One request: check it against everything AWS refuses, then do it."""

from .. import rules
from ..asking import Ask
from ..faults import Fault
from ..region import Region
from ..resources.cache import Cache
from . import (  # noqa: F401  (each says which operations it performs)
    clusters,
    failover,
    groups,
    inventory,
    logs,
    model,
    networks,
    parameters,
    replicas,
    reshard,
    serverless,
    serverless_snapshots,
    snapshots,
    tags,
    users,
)
from .operations import PERFORMED

ORDERS = ("CreateReplicationGroup", "CreateCacheCluster", "CreateServerlessCache")
ABOUT_A_GROUP = (
    "ModifyReplicationGroup",
    "IncreaseReplicaCount",
    "DecreaseReplicaCount",
    "ModifyReplicationGroupShardConfiguration",
    "TestFailover",
)


def _target(region: Region, operation: str, given: dict) -> Cache | None:
    """The cache a request is about, if its rules ask for it. Raises AWS's error if there is none."""
    if operation in ABOUT_A_GROUP:
        return region.need_group(given["ReplicationGroupId"])
    if operation == "ModifyServerlessCache":
        return region.need_serverless(given["ServerlessCacheName"])
    if operation == "ModifyCacheCluster":
        return region.need(given["CacheClusterId"]).cluster
    if operation == "DeleteCacheCluster":
        return region.need(given["CacheClusterId"]).group
    return None


def check(region: Region, operation: str, given: dict) -> None:
    """Raise the error AWS would answer with, if it would."""
    model.check(operation, given)
    target = _target(region, operation, given)
    if operation == "DeleteCacheCluster" and target is None:
        return  # its rules are about members of groups
    broken = rules.first_broken(Ask(operation, given, region, target))
    if broken:
        raise Fault(*broken)


def perform(region: Region, operation: str, given: dict) -> dict:
    """Check a request and do it. What takes time goes on afterwards, unless nothing is to take time."""
    if region.fleet is None:
        raise Fault("InvalidClientTokenId", f"Account {region.account_id} is not open.")
    with region.lock:
        try:
            check(region, operation, given)
        except Fault:
            if operation in ORDERS:
                region.fleet.fail_next = None  # nothing is left of the attempt, nor of its failure
            raise
        logs.refuse_the_rest(given)
        answer = PERFORMED[operation](region, given)
    region.fleet.finish_started()
    logs.tell_what_arrives(region, answer)
    return answer
