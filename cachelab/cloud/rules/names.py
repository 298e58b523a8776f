"""Identifiers: their form, and that they are free."""

import re

from ..asking import Ask
from .rule import CLUSTER, GROUP, SERVERLESS, VALUE, Rule

IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)
_NAMED = {  # operation: (parameter, its name in AWS's message, most characters)
    "CreateReplicationGroup": ("ReplicationGroupId", "ReplicationGroupId", 40),
    "CreateCacheCluster": ("CacheClusterId", "CacheClusterIdentifier", 50),
    "CreateServerlessCache": ("ServerlessCacheName", "ServerlessCacheName", 40),
    "CreateCacheParameterGroup": ("CacheParameterGroupName", "CacheParameterGroupName", 255),
    "CreateCacheSubnetGroup": ("CacheSubnetGroupName", "CacheSubnetGroupName", 255),
    "CreateSnapshot": ("SnapshotName", "SnapshotName", 255),
    "CopySnapshot": ("TargetSnapshotName", "TargetSnapshotName", 255),
    "DeleteReplicationGroup": ("FinalSnapshotIdentifier", "FinalSnapshotIdentifier", 255),
    "DeleteCacheCluster": ("FinalSnapshotIdentifier", "FinalSnapshotIdentifier", 255),
    "DeleteServerlessCache": ("FinalSnapshotName", "FinalSnapshotName", 255),
    "CopyServerlessCacheSnapshot": (
        "TargetServerlessCacheSnapshotName",
        "TargetServerlessCacheSnapshotName",
        255,
    ),
    "CreateServerlessCacheSnapshot": ("ServerlessCacheSnapshotName", "ServerlessCacheSnapshotName", 255),
    "CreateUser": ("UserId", "UserId", 40),
    "CreateUserGroup": ("UserGroupId", "UserGroupId", 40),
}


def _bad_identifier(ask: Ask):
    parameter, shown, _ = _NAMED[ask.operation]
    given = ask[parameter]
    return given is not None and not IDENTIFIER.fullmatch(given) and {"name": shown}


def _long_identifier(ask: Ask):
    parameter, shown, most = _NAMED[ask.operation]
    return len(ask[parameter] or "") > most and {"name": shown, "most": most}


RULES = (
    Rule(
        "identifier",
        tuple(_NAMED),
        VALUE,
        "The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain "
        "only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive "
        "hyphens.",
        _bad_identifier,
        "BM",
        "byu-oit/handel#232",
    ),
    Rule(
        "identifier-length",
        tuple(_NAMED),
        VALUE,
        "The parameter {name} must be no more than {most} characters.",
        _long_identifier,
        "BM",
    ),
    Rule(
        "group-exists",
        GROUP,
        "ReplicationGroupAlreadyExists",
        "Replication group with specified name already exists.",
        lambda ask: ask.region.group(ask["ReplicationGroupId"]),
        "BM",
        "crossplane-contrib/provider-jet-aws#195",
    ),
    Rule(
        "cluster-exists",
        CLUSTER,
        "CacheClusterAlreadyExists",
        "Cache cluster {CacheClusterId} already exists.",
        lambda ask: ask.region.find(ask["CacheClusterId"]),
        "BM",
    ),
    Rule(
        "serverless-exists",
        SERVERLESS,
        "ServerlessCacheAlreadyExistsFault",
        "Serverless Cache {ServerlessCacheName} already exists.",
        lambda ask: ask.region.serverless(ask["ServerlessCacheName"]),
        "BM",
    ),
)
