"""A list of requirements for a replication group, each held against what AWS describes."""

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.learner.words import counted

NODE_TYPE = "cache.r7g.large"
BUDGET = 400  # USD a month
DAYS = 7
IN_TRANSIT = {"required": "encrypted", "preferred": "only if the client likes", None: "readable"}


class Made:
    """What was made: a replication group as AWS describes it, with its nodes."""

    def __init__(self, lab: Lab, group: dict):
        self.group, describe = group, lab.aws.elasticache.describe_cache_clusters
        self.members = [describe(CacheClusterId=name)["CacheClusters"][0] for name in group["MemberClusters"]]
        self.zones = {member["PreferredAvailabilityZone"] for member in self.members}

    def __getitem__(self, key: str):
        """What AWS says of the group."""
        return self.group.get(key)

    @property
    def nodes(self) -> str:
        count, shards = len(self.members), len(self["NodeGroups"])
        if not self["ClusterEnabled"]:
            return f"{count}"
        return f"{count}, with {'shards' if shards > 1 else 'cluster mode'}"

    @cached_property
    def usd(self) -> float | None:
        """USD a month; None of a node type that is not in the price list."""
        from cachelab.cloud import prices

        try:
            return prices.nodes(self["CacheNodeType"], len(self.members), self["Engine"]).usd_per_month
        except prices.NoPrice:
            return None

    @property
    def costs(self) -> str:
        return "not in the price list" if self.usd is None else f"${self.usd:.2f} on {self['Engine']}"

    @property
    def subnets(self) -> str:
        return self.members[0].get("CacheSubnetGroupName") or "none named"

    @property
    def firewall(self) -> str:
        groups = self.members[0].get("SecurityGroups", ())
        return ", ".join(row["SecurityGroupId"] for row in groups) or "none named"


class Requirement(NamedTuple):
    """One thing on the list. It is met if what is found is what is wanted, or if `met` says so. `wanted` may
    name the `lab`; `think` is a nudge for who has not met it."""

    name: str
    wanted: str
    found: Callable[[Made], str]
    think: str = ""
    met: Callable[[Made], bool] = lambda made: False


REQUIREMENTS = (
    Requirement("node type", NODE_TYPE, lambda made: made["CacheNodeType"]),
    Requirement(
        "nodes",
        "3, each with all the keys, without cluster mode",
        lambda made: made.nodes,
        "A primary and two replicas. How does the request count them?",
        met=lambda made: made.nodes == "3",
    ),
    Requirement(
        "a month",
        f"at most ${BUDGET}",
        lambda made: made.costs,
        "Which engine speaks the same protocol and costs a fifth less?",
        met=lambda made: made.usd is not None and made.usd <= BUDGET,
    ),
    Requirement(
        "failover",
        "automatic",
        lambda made: made["AutomaticFailover"],
        "Who promotes a replica when the primary dies at night?",
        met=lambda made: made["AutomaticFailover"] == "enabled",
    ),
    Requirement(
        "zones",
        "Multi-AZ, three zones",
        lambda made: f"Multi-AZ {made['MultiAZ']}, {counted(len(made.zones), 'zone')}",
        "Who chose the zones of these nodes? Without Multi-AZ, AWS does not promise that they stay apart.",
        met=lambda made: made["MultiAZ"] == "enabled" and len(made.zones) == 3,
    ),
    Requirement(
        "subnets",
        "{lab.aws.subnet_group}",
        lambda made: made.subnets,
        "Without a subnet group, AWS takes the default VPC.",
    ),
    Requirement(
        "security group",
        "{lab.aws.security_group}",
        lambda made: made.firewall,
        "Without one, the default group of the VPC decides who may connect.",
    ),
    Requirement(
        "in transit",
        "encrypted",
        lambda made: IN_TRANSIT[made["TransitEncryptionMode"]],
        "Must every client encrypt? With `preferred`, one port takes both kinds of client.",
    ),
    Requirement(
        "at rest",
        "encrypted",
        lambda made: "encrypted" if made["AtRestEncryptionEnabled"] else "readable",
        "This one can never be changed later. What is the default of your engine?",
    ),
    Requirement(
        "password",
        "asked for",
        lambda made: "asked for" if made["AuthTokenEnabled"] or made["UserGroupIds"] else "none",
        "Encryption hides what is said. Who may speak at all?",
    ),
    Requirement(
        "backups",
        f"kept {DAYS} days",
        lambda made: f"kept {counted(made['SnapshotRetentionLimit'], 'day')}",
        "How many backups does AWS make if you say nothing?",
    ),
)


def meets(lab: Lab, call: Trial, group: dict) -> None:
    """Settles at the first requirement that is not met, with the whole list."""
    made, rows, missing = Made(lab, group), [], []
    for row in REQUIREMENTS:
        wanted, found = row.wanted.format(lab=lab), row.found(made)
        met = found == wanted or row.met(made)
        rows.append((row.name, wanted, found, "met" if met else "NOT MET"))
        if not met:
            missing.append((f"{row.name}: {found}", f"{row.name}: {wanted}", row.think))
    if missing:
        table = Table("The list of requirements", ("", "wanted", "found", ""), tuple(rows))
        raise call.wrong(*missing[0], table)
