"""Engines, versions, node types, parameter groups."""

import re

from ..asking import Ask
from ..facts import catalog
from .rule import CLUSTER, COMBINATION, CREATE, GROUP, MODIFY, SERVERLESS, SETTINGS, VALUE, Rule


def _exact_version_not_allowed(ask: Ask):
    number = ask["EngineVersion"]
    exact = number and re.fullmatch(r"(\d+)\.(\d+)\.\d+", number)
    if exact and (ask.engine == "valkey" or (ask.engine == "redis" and int(exact[1]) >= 6)):
        return {"number": number, "shorter": f"{exact[1]}.{exact[2]}"}
    return None


def _wrong_family(ask: Ask):
    group, version = ask.parameter_group, ask.version
    if group and version and ask["CacheParameterGroupName"] and group.family != version.family:
        return {"wanted": version.family, "found": group.family}
    return None


def _older_version(ask: Ask):
    if ask["EngineVersion"] and ask.version and ask.target.engine == ask.engine:
        return ask.version.order < ask.target.version.order
    return False


RULES = (
    Rule(
        "group-engine",
        GROUP,
        VALUE,
        "Invalid value for Engine: {engine}. It must be set to valkey or redis.",
        lambda ask: ask.engine not in catalog.REPLICATED,
        "BM",
    ),
    Rule(
        "cluster-engine",
        CLUSTER,
        VALUE,
        "Invalid value for Engine: {engine}. It must be memcached or redis; "
        "for valkey use CreateReplicationGroup or CreateServerlessCache.",
        lambda ask: ask.engine not in ("memcached", "redis"),
        "BM; pulumi/pulumi-aws#4771",
    ),
    Rule(
        "serverless-engine",
        SERVERLESS,
        VALUE,
        "Invalid value for Engine: {engine}. It must be valkey, redis or memcached.",
        lambda ask: ask.engine not in catalog.ENGINES,
        "BM",
    ),
    Rule(
        "exact-version",
        SETTINGS,
        VALUE,
        "Specific version selection is not allowed for '{number}', please use '{shorter}'",
        _exact_version_not_allowed,
        "UG",
        "crossplane-contrib/provider-aws#1617",
    ),
    Rule(
        "known-version",
        SETTINGS,
        COMBINATION,
        "Cannot find version {EngineVersion} for {engine}",
        lambda ask: ask["EngineVersion"] and not ask.version,
        "BM",
        "ministryofjustice/cloud-platform-environments#5753",
    ),
    Rule(
        "no-downgrade",
        MODIFY + ("ModifyCacheCluster",),
        COMBINATION,
        "The engine version of {id} cannot be changed to {EngineVersion}: you cannot downgrade to an earlier "
        "engine version.",
        _older_version,
        "BM",
    ),
    Rule(
        "engine-switch",
        MODIFY,
        COMBINATION,
        "The engine of {id} cannot be changed from {was} to {engine}. Only redis to valkey is possible.",
        lambda ask: (
            ask["Engine"]
            and ask.engine != ask.target.engine
            and (ask.target.engine, ask.engine) != ("redis", "valkey")
            and {"was": ask.target.engine}
        ),
        "UG",
    ),
    Rule(
        "node-type-given",
        CLUSTER,
        VALUE,
        "The parameter CacheNodeType must be provided and must not be null.",
        lambda ask: not ask["CacheNodeType"] and not ask["ReplicationGroupId"] and not ask["SnapshotName"],
        "moto",
    ),
    Rule(
        "node-type-retired",
        CREATE,
        VALUE,
        "Invalid Cache Node Type: {CacheNodeType}. (It is of a previous generation.)",
        lambda ask: (ask["CacheNodeType"] or "").startswith(catalog.PREVIOUS_GENERATION),
        "UG; BM",
        "medplum/medplum#9810",
    ),
    Rule(
        "node-type",
        SETTINGS,
        VALUE,
        "Invalid Cache Node Type: {CacheNodeType}",
        lambda ask: ask["CacheNodeType"] and ask["CacheNodeType"] not in catalog.MEMORY,
        "BM",
        "medplum/medplum#9810",
    ),
    Rule(
        "data-tiering",
        GROUP,
        COMBINATION,
        "Data tiering is only supported for replication groups that use the r6gd node type.",
        lambda ask: ask["DataTieringEnabled"] and not (ask["CacheNodeType"] or "").startswith("cache.r6gd."),
        "BM",
    ),
    Rule(
        "r6gd-tiers",
        GROUP,
        COMBINATION,
        "DataTieringEnabled must be set to true when using r6gd nodes.",
        lambda ask: (ask["CacheNodeType"] or "").startswith("cache.r6gd.") and not ask["DataTieringEnabled"],
        "BM",
    ),
    Rule(
        "parameter-group",
        SETTINGS,
        "CacheParameterGroupNotFound",
        "CacheParameterGroup not found: {CacheParameterGroupName}",
        lambda ask: ask["CacheParameterGroupName"] and not ask.parameter_group,
        "BM",
        "ministryofjustice/cloud-platform-environments#2272; floci-io/floci#2392",
    ),
    Rule(
        "parameter-group-family",
        SETTINGS,
        COMBINATION,
        "Expected a parameter group of family {wanted} but found one of family {found}",
        _wrong_family,
        "BM",
        "hashicorp/terraform#11269",
    ),
    Rule(
        "parameter-group-cluster-mode",
        GROUP,
        COMBINATION,
        "ClusterMode {ClusterMode} does not agree with cluster-enabled in parameter group "
        "{CacheParameterGroupName}.",
        lambda ask: (
            ask["ClusterMode"] in ("enabled", "disabled")
            and ask["CacheParameterGroupName"]
            and ask.parameter_group
            and ask.parameter_group.cluster_enabled != (ask["ClusterMode"] == "enabled")
        ),
        "UG",
    ),
    Rule(
        "cluster-without-cluster-mode",
        CLUSTER,
        COMBINATION,
        "A parameter group with cluster-enabled='yes' cannot be used to create a cache cluster.",
        lambda ask: (
            ask["CacheParameterGroupName"] and ask.parameter_group and ask.parameter_group.cluster_enabled
        ),
        "BM",
    ),
    Rule(
        "cluster-mode-step-by-step",
        MODIFY,
        COMBINATION,
        "To modify cluster mode from disabled to enabled, you must first set the cluster mode to compatible.",
        lambda ask: ask["ClusterMode"] == "enabled" and not ask.target.cluster_mode,
        "BM",
    ),
    Rule(
        "cluster-mode-for-good",
        MODIFY,
        COMBINATION,
        "Cluster mode cannot be changed from enabled to {ClusterMode}.",
        lambda ask: ask["ClusterMode"] in ("disabled", "compatible") and ask.target.cluster_mode,
        "UG",
    ),
    Rule(
        "durability",
        GROUP,
        COMBINATION,
        "Durability {Durability} needs Valkey 9.0 or later, cluster mode and Multi-AZ.",
        lambda ask: (
            ask["Durability"] in ("sync", "async")
            and not (
                ask.engine == "valkey"
                and ask.version
                and ask.version.order >= (9,)
                and ask.cluster_mode
                and ask.multi_az
            )
        ),
        "UG durability",
    ),
)
