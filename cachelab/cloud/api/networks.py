"""Subnet groups, zones and security groups: where a cache stands, read from moto's EC2."""

from ..faults import Fault
from ..region import Region
from ..resources.subnets import PLACELESS_VPC, Subnet, SubnetGroup
from . import tags
from .operations import performs
from .paging import page


def zones_of(region: Region, subnet_group: SubnetGroup | None) -> list[str]:
    """The zones a subnet group reaches; all of them if it is none, or its subnets are unknown to EC2."""
    return (subnet_group.zones if subnet_group else []) or region.zones


def _place(region: Region, subnet_ids: list[str]) -> tuple[str, list[Subnet]]:
    """The VPC of some subnets, and what EC2 knows of each."""
    from moto.ec2.exceptions import InvalidSubnetIdError
    from moto.ec2.models import ec2_backends  # a second to import, and not every account has a subnet group

    try:
        known = ec2_backends[region.account_id][region.name].describe_subnets(subnet_ids=subnet_ids)
    except InvalidSubnetIdError:
        return PLACELESS_VPC, [Subnet(name) for name in subnet_ids]
    vpc = known[0].vpc_id
    if stranger := next((subnet.id for subnet in known if subnet.vpc_id != vpc), None):
        raise Fault("InvalidSubnet", f"Subnet {stranger} is not in {vpc}: all subnets must be in one VPC.")
    return vpc, [Subnet(subnet.id, subnet.availability_zone, _network_types(subnet)) for subnet in known]


def _network_types(subnet) -> tuple[str, ...]:
    if subnet.ipv6_native:
        return ("ipv6",)
    return ("ipv4", "dual_stack") if subnet.ipv6_cidr_block_associations else ("ipv4",)


@performs("CreateCacheSubnetGroup")
def create(region: Region, given: dict) -> dict:
    name = given["CacheSubnetGroupName"].lower()
    if region.subnet_group(name):
        raise Fault("CacheSubnetGroupAlreadyExists", f"Cache subnet group {name} already exists.")
    vpc, subnets = _place(region, given["SubnetIds"])
    description = given["CacheSubnetGroupDescription"]
    group = SubnetGroup(name, description, region.arn("subnetgroup", name), vpc, subnets)
    region.subnet_groups[name] = group
    tags.keep(region, group.arn, given)
    return {"CacheSubnetGroup": group.describe()}


@performs("DescribeCacheSubnetGroups")
def describe(region: Region, given: dict) -> dict:
    if given.get("CacheSubnetGroupName"):
        groups = [region.need_subnet_group(given["CacheSubnetGroupName"])]
    else:
        groups = list(region.subnet_groups.values())
    return page([group.describe() for group in groups], given, "CacheSubnetGroups")


@performs("ModifyCacheSubnetGroup")
def modify(region: Region, given: dict) -> dict:
    group = region.need_subnet_group(given["CacheSubnetGroupName"])
    if given.get("SubnetIds"):
        group.vpc_id, group.subnets = _place(region, given["SubnetIds"])
    group.description = given.get("CacheSubnetGroupDescription") or group.description
    return {"CacheSubnetGroup": group.describe()}


@performs("DeleteCacheSubnetGroup")
def delete(region: Region, given: dict) -> dict:
    group = region.need_subnet_group(given["CacheSubnetGroupName"])
    caches = [*region.groups.values(), *region.clusters.values()]
    if any((cache.subnet_group_name or "").lower() == group.name for cache in caches):
        # seen in aws/aws-cdk#6935
        raise Fault(
            "CacheSubnetGroupInUse",
            f"Cache subnet group {group.name} is currently in use by a cache cluster.",
        )
    region.subnet_groups.pop(group.name)
    tags.forget(region, group.arn)
    return {}
