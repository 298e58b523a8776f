"""The network, encryption in transit, AUTH tokens and user groups."""

import re

from ..asking import Ask
from .rule import (
    CLUSTER,
    COMBINATION,
    CREATE,
    GROUP,
    LIMITS,
    MODIFY,
    SERVERLESS,
    SETTINGS,
    VALUE,
    Rule,
    outside,
)

TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")


def _other_vpc(ask: Ask):
    subnet_group = ask.subnet_group
    for group_id in ask["SecurityGroupIds"] or ():
        vpc = ask.vpc_of(group_id)
        if subnet_group and vpc and vpc != subnet_group.vpc_id:
            return {
                "subnet_group": subnet_group.name,
                "its": subnet_group.vpc_id,
                "vpc": vpc,
            }
    return None


def _missing_user_group(ask: Ask):
    for name in (ask["UserGroupIds"] or []) + (ask["UserGroupIdsToAdd"] or []):
        group = ask.region.user_group(name)
        if group is None or group.status == "deleting":
            return {"missing": name}
    return None


def _user_group_at_work(ask: Ask):
    """A user group that is being made or changed. (One that is being deleted counts as gone.)"""
    for name in [*(ask["UserGroupIds"] or ()), *(ask["UserGroupIdsToAdd"] or ()), ask["UserGroupId"]]:
        group = ask.region.user_group(name) if name else None
        if group and group.status != "active":
            return {"busy": group.id}
    return None


def _tls_too_old(ask: Ask):
    least = {"redis": (7,), "valkey": (7, 2)}[ask.target.engine]
    return ask["TransitEncryptionEnabled"] and not ask.target.tls and ask.target.version.order < least


RULES = (
    Rule(
        "classic-and-vpc",
        SETTINGS,
        COMBINATION,
        "Use of cache security groups is not permitted along with cache subnet group and/or security group "
        "Ids.",
        lambda ask: (
            ask["CacheSecurityGroupNames"] and (ask["CacheSubnetGroupName"] or ask["SecurityGroupIds"])
        ),
        "UG",
        "crossplane-contrib/provider-aws#326",
    ),
    Rule(
        "classic",
        SETTINGS,
        VALUE,
        "Use of cache security groups is not permitted in this API version for your account.",
        lambda ask: ask["CacheSecurityGroupNames"],
        "UG",
        "hashicorp/terraform#10175",
    ),
    Rule(
        "subnet-group",
        CREATE,
        "CacheSubnetGroupNotFoundFault",
        "CacheSubnetGroup {CacheSubnetGroupName} not found.",
        lambda ask: ask["CacheSubnetGroupName"] and not ask.subnet_group,
        "BM",
    ),
    Rule(
        "same-vpc",
        CREATE,
        COMBINATION,
        "Subnet group [{subnet_group}] belongs to a different VPC [{its}] than [{vpc}]",
        _other_vpc,
        "UG",
        "aws-controllers-k8s/community#1594",
    ),
    Rule(
        "port",
        CREATE,
        VALUE,
        "Port {Port} is no TCP port: give one from 1 to 65535.",
        lambda ask: outside(ask["Port"], 1, 65535),
        "TCP",
    ),
    Rule(
        "redis-cluster-without-tls",
        CLUSTER,
        COMBINATION,
        "Encryption feature is not supported for engine REDIS.",
        lambda ask: ask["TransitEncryptionEnabled"] and ask.engine == "redis",
        "UG",
        "aws/aws-cdk#27379",
    ),
    Rule(
        "memcached-tls-version",
        CLUSTER,
        COMBINATION,
        "Encryption features are not supported for engine version {version}. "
        "Please use engine version 1.6.12",
        lambda ask: (
            ask["TransitEncryptionEnabled"]
            and ask.engine == "memcached"
            and ask.version
            and ask.version.order < (1, 6, 12)
            and {"version": ask.version.number}
        ),
        "UG in-transit-encryption-mc",
        "hashicorp/terraform-provider-aws (its acceptance test)",
    ),
    Rule(
        "tls-needs-subnet-group",
        CREATE,
        COMBINATION,
        "If you enable in-transit encryption, you must also specify a value for CacheSubnetGroupName.",
        lambda ask: ask["TransitEncryptionEnabled"] and not ask["CacheSubnetGroupName"],
        "BM",
    ),
    Rule(
        "key-for-nothing",
        GROUP,
        COMBINATION,
        "KmsKeyId {KmsKeyId} would encrypt nothing: AtRestEncryptionEnabled is not true.",
        lambda ask: (
            ask["KmsKeyId"]
            and not (ask.engine == "valkey" if (rest := ask["AtRestEncryptionEnabled"]) is None else rest)
        ),
        "BM",
    ),
    Rule(
        "kms-key",
        GROUP,
        VALUE,
        "KMS key {KmsKeyId} does not exist in this account and region.",
        lambda ask: ask["KmsKeyId"] and not ask.kms_key_known,
        "BM",
    ),
    Rule(
        "serverless-kms-key",
        SERVERLESS,
        "InvalidKMSKeyFault",
        "KMS key {KmsKeyId} does not exist in this account and region.",
        lambda ask: ask["KmsKeyId"] and not ask.kms_key_known,
        "BM",
    ),
    Rule(
        "tls-mode-needs-tls",
        GROUP,
        COMBINATION,
        "TransitEncryptionMode can only be set when TransitEncryptionEnabled is true.",
        lambda ask: ask["TransitEncryptionMode"] and not ask["TransitEncryptionEnabled"],
        "BM",
    ),
    Rule(
        "auth-needs-tls",
        CREATE + MODIFY,
        VALUE,
        "The AUTH token is only supported when encryption-in-transit is enabled",
        lambda ask: ask["AuthToken"] and not ask.tls,
        "BM",
        "aws/aws-cli#5007",
    ),
    Rule(
        "auth-token-form",
        CREATE + MODIFY,
        VALUE,
        "Invalid AuthToken provided.",
        lambda ask: ask["AuthToken"] is not None and not TOKEN.fullmatch(ask["AuthToken"]),
        "BM",
        "magenx/Magento-2-aws-cluster-terraform#43",
    ),
    Rule(
        "no-auth-on-memcached",
        CLUSTER,
        COMBINATION,
        "Memcached has no authentication: AuthToken cannot be used with engine memcached.",
        lambda ask: ask["AuthToken"] and ask.engine == "memcached",
        "UG",
    ),
    Rule(
        "user-group-needs-tls",
        GROUP + MODIFY,
        COMBINATION,
        "User groups need encryption in transit: TransitEncryptionEnabled must be true.",
        lambda ask: (ask["UserGroupIds"] or ask["UserGroupIdsToAdd"]) and not ask.tls,
        "UG",
    ),
    Rule(
        "token-or-user-group",
        GROUP,
        COMBINATION,
        "AuthToken and UserGroupIds exclude each other: choose one way to authenticate.",
        lambda ask: ask["AuthToken"] and ask["UserGroupIds"],
        "UG",
    ),
    Rule(
        "token-then-user-group",
        MODIFY,
        COMBINATION,
        "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed.",
        lambda ask: (
            ask["UserGroupIdsToAdd"]
            and ask.target.access.tokens
            and ask["AuthTokenUpdateStrategy"] != "DELETE"
        ),
        "UG",
        "hashicorp/terraform-provider-aws#31710",
    ),
    Rule(
        "one-user-group",
        GROUP + MODIFY,
        COMBINATION,
        "A replication group can have only one user group.",
        lambda ask: len(ask["UserGroupIds"] or ask["UserGroupIdsToAdd"] or ()) > 1,
        "UG",
    ),
    Rule(
        "user-group-exists",
        GROUP + MODIFY,
        "UserGroupNotFound",
        "User group {missing} not found.",
        _missing_user_group,
        "BM",
    ),
    Rule(
        "serverless-user-group-exists",
        LIMITS,
        "UserGroupNotFound",
        "User group {UserGroupId} not found.",
        lambda ask: (
            ask["UserGroupId"]
            and (not (group := ask.region.user_group(ask["UserGroupId"])) or group.status == "deleting")
        ),
        "BM",
    ),
    Rule(
        "user-group-active",
        GROUP + MODIFY + LIMITS,
        "InvalidUserGroupState",
        "User group {busy} is not in active state.",
        _user_group_at_work,
        "BM",
    ),
    Rule(
        "strategy-needs-token",
        MODIFY,
        COMBINATION,
        "AuthTokenUpdateStrategy {AuthTokenUpdateStrategy} must be specified with AuthToken.",
        lambda ask: ask["AuthTokenUpdateStrategy"] in ("SET", "ROTATE") and not ask["AuthToken"],
        "BM",
    ),
    Rule(
        "set-after-rotate",
        MODIFY,
        COMBINATION,
        "AuthTokenUpdateStrategy SET is allowed only after ROTATE: rotate this token in first.",
        lambda ask: (
            ask["AuthTokenUpdateStrategy"] == "SET" and ask["AuthToken"] not in ask.target.access.tokens
        ),
        "BM",
    ),
    Rule(
        "delete-for-user-groups",
        MODIFY,
        COMBINATION,
        "AuthTokenUpdateStrategy DELETE is allowed only when transitioning to RBAC: pass UserGroupIdsToAdd.",
        lambda ask: ask["AuthTokenUpdateStrategy"] == "DELETE" and not ask["UserGroupIdsToAdd"],
        "BM",
    ),
    Rule(
        "tls-in-two-steps",
        MODIFY,
        COMBINATION,
        "To enable in-transit encryption on an existing cluster, set TransitEncryptionMode to preferred.",
        lambda ask: (
            ask["TransitEncryptionEnabled"]
            and not ask.target.tls
            and ask["TransitEncryptionMode"] != "preferred"
        ),
        "BM",
    ),
    Rule(
        "tls-later-needs-7",
        MODIFY,
        COMBINATION,
        "Enabling in-transit encryption on an existing cluster needs Redis OSS 7 or Valkey 7.2, or later.",
        _tls_too_old,
        "UG",
    ),
    Rule(
        "tls-off-in-two-steps",
        MODIFY,
        COMBINATION,
        "To disable in-transit encryption, set TransitEncryptionMode to preferred first.",
        lambda ask: (
            ask["TransitEncryptionEnabled"] is False and ask.target.tls and ask.target.tls_mode != "preferred"
        ),
        "UG",
    ),
    Rule(
        "tls-mode-of-plain-group",
        MODIFY,
        COMBINATION,
        "TransitEncryptionMode can only be set when in-transit encryption is enabled.",
        lambda ask: (
            ask["TransitEncryptionMode"] and not ask.target.tls and not ask["TransitEncryptionEnabled"]
        ),
        "BM",
    ),
)
