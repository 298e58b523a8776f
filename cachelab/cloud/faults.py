"""Errors as ElastiCache sends them: a code that botocore turns into a ClientError, and a message."""

from moto.core.exceptions import ServiceException

NOT_IN_THE_BOX = "NotImplemented"


class Fault(ServiceException):
    """An AWS error: `Fault("InvalidParameterValue", "…")`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


class NotInTheBox(Fault):
    """Something real AWS does and this account does not."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(NOT_IN_THE_BOX, f"{what} is not available in this account in a box: {why}")


_MISSING = {
    "ReplicationGroup": ("ReplicationGroupNotFoundFault", "ReplicationGroup {name} not found."),
    "CacheCluster": ("CacheClusterNotFound", "CacheCluster not found: {name}"),
    "Snapshot": ("SnapshotNotFoundFault", "Snapshot {name} not found."),
    "ServerlessCache": ("ServerlessCacheNotFoundFault", "Serverless Cache {name} not found."),
    "ServerlessCacheSnapshot": (
        "ServerlessCacheSnapshotNotFoundFault",
        "Serverless Cache Snapshot {name} not found.",
    ),
    "CacheSubnetGroup": ("CacheSubnetGroupNotFoundFault", "CacheSubnetGroup {name} not found."),
    "CacheParameterGroup": ("CacheParameterGroupNotFound", "CacheParameterGroup not found: {name}"),
    "User": ("UserNotFound", "User {name} not found."),
    "UserGroup": ("UserGroupNotFound", "User group {name} not found."),
}


def not_found(kind: str, name: str) -> Fault:
    """The error for a resource that does not exist."""
    code, message = _MISSING[kind]
    return Fault(code, message.format(name=name))
