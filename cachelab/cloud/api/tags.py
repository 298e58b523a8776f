"""Tags: on everything that has an ARN."""

from ..faults import Fault, not_found
from ..region import Region
from .operations import performs


def keep(region: Region, arn: str, given: dict) -> None:
    """Remember the tags a new resource was given."""
    if given.get("Tags"):
        region.tags.tag_resource(arn, given["Tags"])


def forget(region: Region, arn: str) -> None:
    region.tags.delete_all_tags_for_resource(arn)


def _need(region: Region, arn: str) -> None:
    """Raise the NotFound error of the resource that `arn` names, if there is no such thing."""
    _, kind, name = arn.rsplit(":", 2) if arn.count(":") >= 6 else ("", "", "")
    here = {
        "cluster": ("CacheCluster", region.find),
        "replicationgroup": ("ReplicationGroup", region.group),
        "serverlesscache": ("ServerlessCache", region.serverless),
        "serverlesscachesnapshot": ("ServerlessCacheSnapshot", region.serverless_snapshot),
        "snapshot": ("Snapshot", region.snapshot),
        "user": ("User", region.user),
        "usergroup": ("UserGroup", region.user_group),
        "subnetgroup": ("CacheSubnetGroup", region.subnet_group),
        "parametergroup": ("CacheParameterGroup", region.parameter_group),
    }.get(kind)
    if here is None:
        raise Fault("InvalidARN", f"{arn} is not a valid ARN of ElastiCache.")
    if not here[1](name):
        raise not_found(here[0], name)


@performs("AddTagsToResource")
def add(region: Region, given: dict) -> dict:
    _need(region, given["ResourceName"])
    region.tags.tag_resource(given["ResourceName"], given["Tags"])
    return describe(region, given)


@performs("RemoveTagsFromResource")
def remove(region: Region, given: dict) -> dict:
    _need(region, given["ResourceName"])
    region.tags.untag_resource_using_names(given["ResourceName"], given["TagKeys"])
    return describe(region, given)


@performs("ListTagsForResource")
def describe(region: Region, given: dict) -> dict:
    _need(region, given["ResourceName"])
    return {"TagList": region.tags.list_tags_for_resource(given["ResourceName"])["Tags"]}
