"""What a rule is, and the words rules share."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..asking import Ask

VALUE = "InvalidParameterValue"
COMBINATION = "InvalidParameterCombination"

GROUP = ("CreateReplicationGroup",)
MODIFY = ("ModifyReplicationGroup",)
CLUSTER = ("CreateCacheCluster",)
CREATE = GROUP + CLUSTER
SERVERLESS = ("CreateServerlessCache",)
LIMITS = SERVERLESS + ("ModifyServerlessCache",)
REPLICAS = ("IncreaseReplicaCount", "DecreaseReplicaCount")
RESHARD = ("ModifyReplicationGroupShardConfiguration",)
SETTINGS = CREATE + MODIFY + ("ModifyCacheCluster",)


class Rule(NamedTuple):
    """One thing ElastiCache refuses. `broken(ask)` is true, or a dict of words for `says`, if it is done."""

    name: str
    operations: tuple[str, ...]
    code: str
    says: str
    broken: Callable[[Ask], Any]
    source: str
    seen: str = ""

    def check(self, ask: Ask) -> str | None:
        """The message if `ask` breaks this rule."""
        verdict = self.broken(ask)
        if not verdict:
            return None
        words = verdict if isinstance(verdict, dict) else {}
        return self.says.format_map({**ask.words, **words})


def outside(value: int | None, least: int, most: int) -> bool:
    """Whether a number was given and is out of bounds."""
    return value is not None and not least <= value <= most
