"""Which of ElastiCache's operations this account performs, and why it refuses the others."""

from collections.abc import Callable

from ..region import Region
from . import model

Function = Callable[[Region, dict], dict]

PERFORMED: dict[str, Function] = {}
"""operation -> the function that performs it: from the request's parameters to the response's."""

_GLOBAL = "there is one Region in it, and global datastores join two"
_CLASSIC = "cache security groups belong to EC2-Classic, which AWS has retired; use VPC security groups"
_UPDATES = "AWS publishes no service updates for it"
_MIGRATION = "there is no cluster of your own on EC2 to migrate from"
_RESERVED = "nothing is billed, so nothing can be reserved"

REFUSED = {
    "AuthorizeCacheSecurityGroupIngress": _CLASSIC,
    "CreateCacheSecurityGroup": _CLASSIC,
    "DeleteCacheSecurityGroup": _CLASSIC,
    "DescribeCacheSecurityGroups": _CLASSIC,
    "RevokeCacheSecurityGroupIngress": _CLASSIC,
    "BatchApplyUpdateAction": _UPDATES,
    "BatchStopUpdateAction": _UPDATES,
    "CompleteMigration": _MIGRATION,
    "PrepareMigration": _MIGRATION,
    "StartMigration": _MIGRATION,
    "StopMigration": _MIGRATION,
    "TestMigration": _MIGRATION,
    "CreateGlobalReplicationGroup": _GLOBAL,
    "DecreaseNodeGroupsInGlobalReplicationGroup": _GLOBAL,
    "DeleteGlobalReplicationGroup": _GLOBAL,
    "DisassociateGlobalReplicationGroup": _GLOBAL,
    "FailoverGlobalReplicationGroup": _GLOBAL,
    "IncreaseNodeGroupsInGlobalReplicationGroup": _GLOBAL,
    "ModifyGlobalReplicationGroup": _GLOBAL,
    "RebalanceSlotsInGlobalReplicationGroup": _GLOBAL,
    "DescribeReservedCacheNodesOfferings": _RESERVED,
    "PurchaseReservedCacheNodesOffering": _RESERVED,
    "ExportServerlessCacheSnapshot": "there is no bucket that the engines could write to",
}


def performs(operation: str):
    """Mark a function (region, given) as the one that performs an operation."""

    def mark(function: Function) -> Function:
        assert operation in model.operations() and operation not in REFUSED, operation
        PERFORMED[operation] = function
        return function

    return mark


def operations() -> dict[str, str]:
    """Every operation of the ElastiCache API: "supported" or "refused"."""
    return {name: "supported" if name in PERFORMED else "refused" for name in model.operations()}
