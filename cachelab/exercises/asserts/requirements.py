"""A list of requirements for a replication group, each held against what AWS describes."""

from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.learner.words import counted

NODE_TYPE = "cache.r7g.large"
BUDGET = 400  # USD a month
DAYS = 7


def requirements(lab: Lab, group: dict) -> list[tuple[str, str, str, bool, str]]:
    """Each with what is wanted, what was found, whether that will do, and what to think about."""
    from cachelab.cloud import prices

    members = [
        lab.aws.elasticache.describe_cache_clusters(CacheClusterId=member)["CacheClusters"][0]
        for member in group["MemberClusters"]
    ]
    one, count = members[0], len(members)
    groups = [row["SecurityGroupId"] for row in one.get("SecurityGroups", ())]
    zones = {member["PreferredAvailabilityZone"] for member in members}
    kind = group["CacheNodeType"]
    try:
        monthly = prices.nodes(kind, count, group["Engine"]).usd_per_month
        costs = f"${monthly:.2f} on {group['Engine']}"
    except prices.NoPrice:  # of another node type, which is said above it in the list
        monthly, costs = 0.0, "not in the price list"
    encrypted = {"required": "encrypted", "preferred": "only if the client likes"}
    transit = encrypted.get(group.get("TransitEncryptionMode"), "readable")
    single = not group["ClusterEnabled"]
    return [
        ("node type", NODE_TYPE, kind, kind == NODE_TYPE, ""),
        (
            "nodes",
            "3, each with all the keys",
            f"{count}" + ("" if single else ", with shards"),
            count == 3 and single,
            "A primary and two replicas. How does the request count them?",
        ),
        (
            "a month",
            f"at most ${BUDGET}",
            costs,
            monthly <= BUDGET,
            "Which engine speaks the same protocol and costs a fifth less?",
        ),
        (
            "failover",
            "automatic",
            group["AutomaticFailover"],
            group["AutomaticFailover"] == "enabled",
            "Who promotes a replica when the primary dies at night?",
        ),
        (
            "zones",
            "Multi-AZ, three zones",
            f"Multi-AZ {group['MultiAZ']}, {counted(len(zones), 'zone')}",
            group["MultiAZ"] == "enabled" and len(zones) == 3,
            "Without Multi-AZ, AWS does not promise that the nodes stay in different zones."
            if group["MultiAZ"] != "enabled"
            else "Who chose the zones of these nodes?",
        ),
        (
            "subnets",
            lab.aws.subnet_group,
            one.get("CacheSubnetGroupName") or "none named",
            one.get("CacheSubnetGroupName") == lab.aws.subnet_group,
            "Without a subnet group, AWS takes the default VPC.",
        ),
        (
            "security group",
            lab.aws.security_group,
            ", ".join(groups) or "none named",
            groups == [lab.aws.security_group],
            "Without one, the default group of the VPC decides who may connect.",
        ),
        (
            "in transit",
            "encrypted",
            transit,
            transit == "encrypted",
            "With `preferred`, one port takes both kinds of client." if "client" in transit else "",
        ),
        (
            "at rest",
            "encrypted",
            "encrypted" if group["AtRestEncryptionEnabled"] else "readable",
            group["AtRestEncryptionEnabled"],
            "This one can never be changed later. What is the default of your engine?",
        ),
        (
            "password",
            "asked for",
            "asked for" if group["AuthTokenEnabled"] or group["UserGroupIds"] else "none",
            bool(group["AuthTokenEnabled"] or group["UserGroupIds"]),
            "Encryption hides what is said. Who may speak at all?",
        ),
        (
            "backups",
            f"kept {DAYS} days",
            f"kept {group['SnapshotRetentionLimit']} days",
            group["SnapshotRetentionLimit"] == DAYS,
            "How many backups does AWS make if you say nothing?",
        ),
    ]


def meets(call: Trial, sheet: list[tuple[str, str, str, bool, str]]) -> None:
    rows = tuple(
        (what, wanted, found, "met" if good else "NOT MET") for what, wanted, found, good, _ in sheet
    )
    table = Table("The list of requirements", ("", "wanted", "found", ""), rows)
    for what, wanted, found, good, think in sheet:
        if not good:
            raise call.wrong(f"{what}: {found}", f"{what}: {wanted}", think, table)
