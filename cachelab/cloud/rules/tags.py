"""Tags: how many, and of which form (UG Tagging-Resources: 50 a resource, keys of 128, values of 256)."""

from ..asking import Ask
from .rule import VALUE, Rule

MOST = 50  # tags on one resource
CREATE_TAGGED = (
    "CopyServerlessCacheSnapshot",
    "CopySnapshot",
    "CreateCacheCluster",
    "CreateCacheParameterGroup",
    "CreateCacheSubnetGroup",
    "CreateReplicationGroup",
    "CreateServerlessCache",
    "CreateServerlessCacheSnapshot",
    "CreateSnapshot",
    "CreateUser",
    "CreateUserGroup",
)
TAGGED = CREATE_TAGGED + ("AddTagsToResource",)


def _keys(ask: Ask) -> list[str]:
    return [tag.get("Key") or "" for tag in ask["Tags"] or ()]


def _bad_key(ask: Ask):
    for key in _keys(ask):
        if not 1 <= len(key) <= 128:
            return {"key": key, "why": "a key has 1 to 128 characters"}
        if key.lower().startswith("aws:"):
            return {"key": key, "why": "keys that begin with aws: are AWS's own"}
    return None


def _long_value(ask: Ask):
    return next(({"key": tag["Key"]} for tag in ask["Tags"] or () if len(tag.get("Value") or "") > 256), None)


RULES = (
    Rule("tag-key", TAGGED, VALUE, "Invalid tag key {key}: {why}.", _bad_key, "UG Tagging-Resources"),
    Rule(
        "tag-value",
        TAGGED,
        VALUE,
        "The value of tag {key} has more than 256 characters.",
        _long_value,
        "UG Tagging-Resources",
    ),
    Rule(
        "tag-once",
        TAGGED,
        VALUE,
        "Tag {key} is given twice.",
        lambda ask: next(({"key": key} for key in _keys(ask) if _keys(ask).count(key) > 1), None),
        "UG Tagging-Resources",
    ),
    Rule(
        "tag-quota",
        CREATE_TAGGED,
        "TagQuotaPerResourceExceeded",
        "A resource can have at most 50 tags.",
        lambda ask: len(_keys(ask)) > MOST,
        "BM",
    ),
)
