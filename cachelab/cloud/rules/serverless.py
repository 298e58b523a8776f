"""Serverless caches."""

from ..asking import Ask
from ..facts import catalog
from .rule import COMBINATION, LIMITS, SERVERLESS, VALUE, Rule, outside


def _ecpu_out_of_range(ask: Ask):
    limits = (ask["CacheUsageLimits"] or {}).get("ECPUPerSecond") or {}
    return any(limits.get(end) and outside(limits[end], 1000, 15_000_000) for end in ("Minimum", "Maximum"))


def _storage_out_of_range(ask: Ask):
    limits = (ask["CacheUsageLimits"] or {}).get("DataStorage") or {}
    return any(outside(limits.get(end), 1, 5000) for end in ("Minimum", "Maximum"))


def _limits_upside_down(ask: Ask):
    for limits in (ask["CacheUsageLimits"] or {}).values():
        if isinstance(limits, dict) and (limits.get("Minimum") or 0) > (limits.get("Maximum") or 1 << 62):
            return True
    return False


RULES = (
    Rule(
        "one-field",
        ("ModifyServerlessCache",),
        COMBINATION,
        "Serverless Cache modifications only support modifying one field per request",
        lambda ask: (
            len(set(ask.given) - {"ServerlessCacheName"}) > 1
            and set(ask.given) - {"ServerlessCacheName"} != {"Engine", "MajorEngineVersion"}
        ),
        "UG",
        "hashicorp/terraform-provider-aws#37499",
    ),
    Rule(
        "ecpu",
        LIMITS,
        VALUE,
        "Invalid value for ECPUPerSecond limit. Must be between 1000 and 15000000. You can set the value to "
        "zero to remove the limit.",
        _ecpu_out_of_range,
        "UG",
        "hashicorp/terraform-provider-aws#35648",
    ),
    Rule(
        "storage",
        LIMITS,
        VALUE,
        "Invalid value for DataStorage limit. Must be between 1 and 5000 GB.",
        _storage_out_of_range,
        "UG",
    ),
    Rule(
        "minimum-below-maximum",
        LIMITS,
        COMBINATION,
        "The Minimum of a usage limit must not be greater than its Maximum.",
        _limits_upside_down,
        "UG",
    ),
    Rule(
        "serverless-version",
        SERVERLESS,
        COMBINATION,
        "Cannot find version {MajorEngineVersion} for {engine}",
        lambda ask: (
            ask["MajorEngineVersion"]
            and ask["MajorEngineVersion"]
            not in {v.major for v in catalog.versions(ask.engine)}
            | {v.number.rpartition(".")[0] for v in catalog.versions(ask.engine)}
        ),
        "BM",
    ),
    Rule(
        "serverless-memcached-users",
        LIMITS,
        COMBINATION,
        "UserGroupId is available for Valkey and Redis OSS only.",
        lambda ask: ask["UserGroupId"] and ask.engine == "memcached",
        "BM",
    ),
    Rule(
        "public-needs-valkey-9",
        SERVERLESS,
        COMBINATION,
        "ConnectionType public requires Valkey 9 or above.",
        lambda ask: ask["ConnectionType"] == "public" and not ask.valkey_9,
        "BM",
    ),
    Rule(
        "integrations-need-valkey-9",
        SERVERLESS,
        COMBINATION,
        "The DynamoDB integration requires the Valkey engine with a major engine version of 9 or above.",
        lambda ask: ask["Integrations"] and not ask.valkey_9,
        "BM",
    ),
)
