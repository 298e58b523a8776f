"""Tags: on everything that has an ARN. The tags of a replication group are tags of its nodes too."""

import re

from ..faults import Fault, not_found
from ..plane.node import Node
from ..region import Region
from ..resources.group import ReplicationGroup
from ..rules.tags import MOST
from .operations import performs


def keep(region: Region, arn: str, given: dict) -> None:
    """Remember the tags a new resource was given."""
    if given.get("Tags"):
        region.tags.tag_resource(arn, given["Tags"])


def forget(region: Region, arn: str) -> None:
    region.tags.delete_all_tags_for_resource(arn)


def hand_down(region: Region, group: ReplicationGroup, nodes: list[Node]) -> None:
    """Give new nodes of a group the group's tags."""
    for node in nodes:
        keep(region, region.arn("cluster", node.id), {"Tags": _tags(region, group.arn)})


def forget_nodes(region: Region, nodes: list[Node]) -> None:
    for node in nodes:
        forget(region, region.arn("cluster", node.id))


def _tags(region: Region, arn: str) -> list[dict]:
    return region.tags.list_tags_for_resource(arn)["Tags"]


def _need(region: Region, arn: str) -> ReplicationGroup | None:
    """Raise AWS's error if `arn` names nothing that is here; the group it names, if it is one."""
    match = re.fullmatch(r"arn:aws:elasticache:([^:]*):([^:]*):([^:]*):(.+)", arn)
    finders = {
        "cluster": ("CacheCluster", region.find),
        "replicationgroup": ("ReplicationGroup", region.group),
        "serverlesscache": ("ServerlessCache", region.serverless),
        "serverlesscachesnapshot": ("ServerlessCacheSnapshot", region.serverless_snapshot),
        "snapshot": ("Snapshot", region.snapshot),
        "user": ("User", region.user),
        "usergroup": ("UserGroup", region.user_group),
        "subnetgroup": ("CacheSubnetGroup", region.subnet_group),
        "parametergroup": ("CacheParameterGroup", region.parameter_group),
    }
    if not match or match[3] not in finders or match.groups()[:2] != (region.name, region.account_id):
        raise Fault(
            "InvalidARN", f"{arn} is not the ARN of an ElastiCache resource of this account and region."
        )
    kind, find = finders[match[3]]
    found = find(match[4])
    if not found:
        raise not_found(kind, match[4])
    return found if kind == "ReplicationGroup" else None


def _arns(region: Region, arn: str) -> list[str]:
    """What is to be tagged along with `arn`: a group's nodes with the group. Raises if it cannot be now."""
    group = _need(region, arn)
    if group is None:
        return [arn]
    if group.status != "available":
        # seen in hashicorp/terraform-provider-aws#44811
        raise Fault(
            "InvalidReplicationGroupState",
            "Cluster not in available state to perform tagging operations.",
        )
    return [arn, *(region.arn("cluster", node.id) for node in group.nodes)]


@performs("AddTagsToResource")
def add(region: Region, given: dict) -> dict:
    arns = _arns(region, given["ResourceName"])
    for arn in arns:
        keys = {tag["Key"] for tag in [*_tags(region, arn), *given["Tags"]]}
        if len(keys) > MOST:
            raise Fault(
                "TagQuotaPerResourceExceeded", f"{arn} would have {len(keys)} tags; {MOST} are allowed."
            )
    for arn in arns:
        region.tags.tag_resource(arn, given["Tags"])
    return describe(region, given)


@performs("RemoveTagsFromResource")
def remove(region: Region, given: dict) -> dict:
    arns = _arns(region, given["ResourceName"])
    present = {tag["Key"] for tag in _tags(region, given["ResourceName"])}
    if absent := [key for key in given["TagKeys"] if key not in present]:
        raise Fault("TagNotFound", f"Tag {absent[0]} not found on {given['ResourceName']}.")
    for arn in arns:
        region.tags.untag_resource_using_names(arn, given["TagKeys"])
    return describe(region, given)


@performs("ListTagsForResource")
def describe(region: Region, given: dict) -> dict:
    _need(region, given["ResourceName"])
    return {"TagList": _tags(region, given["ResourceName"])}
