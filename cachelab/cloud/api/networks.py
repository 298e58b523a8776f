"""Subnet groups, zones and security groups: where a cache stands, read from moto's EC2."""

from functools import cache

from moto.elasticache.models import elasticache_backends

from ..faults import Fault
from ..region import Region
from ..resources.cluster import CacheCluster
from ..resources.group import ReplicationGroup
from ..resources.subnets import Subnet, SubnetGroup
from . import tags
from .operations import performs
from .paging import page


def zones_of(region: Region, subnet_group: SubnetGroup | None) -> list[str]:
    """The zones a subnet group reaches; all of the region's if it is none."""
    return (subnet_group.zones if subnet_group else []) or region.zones


def home(region: Region, given: dict) -> tuple[str | None, list[str]]:
    """Where an order's nodes stand: the name of a subnet group, and the ids of security groups.

    Where it names none, AWS takes the subnet group `default` of the default VPC, which it makes at need
    (AWS's recorded example of create-cache-cluster; Security Hub's control ElastiCache.7), and the default
    security group of the VPC (API reference, of CreateServerlessCache). None and [] if there is no such VPC.
    """
    group = region.subnet_group(given.get("CacheSubnetGroupName") or "default")
    security_groups = given.get("SecurityGroupIds") or []
    if group and not security_groups:
        from moto.ec2.models import ec2_backends  # a second to import

        ec2 = ec2_backends[region.account_id][region.name]
        usual = ec2.get_security_group_by_name_or_id("default", group.vpc_id)
        security_groups = [usual.id] if usual else []
    protect()
    return given.get("CacheSubnetGroupName") or (group.name if group else None), security_groups


@cache
def protect() -> None:
    """Let EC2 refuse to delete what a cache uses, as AWS does: its nodes have network interfaces there.

    EC2 is moto's, and shows no such interfaces; it asks here before it deletes. Once for the process: which
    account and region it is about, each call says.
    """
    from moto.ec2.exceptions import DependencyViolationError
    from moto.ec2.models import EC2Backend

    delete_subnet, delete_group = EC2Backend.delete_subnet, EC2Backend.delete_security_group

    def subnet(ec2: EC2Backend, subnet_id: str):
        region = elasticache_backends[ec2.account_id][ec2.region_name].region
        if any(subnet_id in _stood_in(region, group) for group in region.subnet_groups.values()):
            raise DependencyViolationError(
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
            )
        return delete_subnet(ec2, subnet_id)

    def security_group(ec2: EC2Backend, name: str | None = None, group_id: str | None = None) -> None:
        region = elasticache_backends[ec2.account_id][ec2.region_name].region
        caches = [*region.groups.values(), *region.clusters.values()]
        if group_id and any(group_id in cache.security_group_ids for cache in caches):
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
        delete_group(ec2, name, group_id)

    EC2Backend.delete_subnet, EC2Backend.delete_security_group = subnet, security_group


def _stood_in(region: Region, group: SubnetGroup) -> set[str]:
    """The subnets of a group that nodes stand in: of several in one zone the first."""
    first = {subnet.zone: subnet.id for subnet in reversed(group.subnets)}
    return {first[zone] for zone in _in_use(region, group)}


def _place(region: Region, subnet_ids: list[str]) -> tuple[str, list[Subnet]]:
    """The VPC of some subnets, and what EC2 knows of each."""
    from moto.ec2.models import ec2_backends  # a second to import, and not every account has a subnet group

    protect()
    here = {subnet.id: subnet for subnet in ec2_backends[region.account_id][region.name].describe_subnets()}
    unknown = [name for name in subnet_ids if name not in here]
    if unknown or not subnet_ids:  # AWS's words for RDS and Redshift; its code for ElastiCache [BM]
        raise Fault("InvalidSubnet", f"Some input subnets in :[{', '.join(unknown)}] are invalid.")
    known = [here[name] for name in dict.fromkeys(subnet_ids)]
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


def _caches_in(region: Region, group: SubnetGroup) -> list[ReplicationGroup | CacheCluster]:
    caches = [*region.groups.values(), *region.clusters.values()]
    return [cache for cache in caches if (cache.subnet_group_name or "").lower() == group.name]


def _in_use(region: Region, group: SubnetGroup) -> set[str]:
    """The zones of the group that nodes stand in."""
    return {node.zone for cache in _caches_in(region, group) for node in cache.nodes} & set(group.zones)


@performs("ModifyCacheSubnetGroup")
def modify(region: Region, given: dict) -> dict:
    group = region.need_subnet_group(given["CacheSubnetGroupName"])
    if given.get("SubnetIds"):
        vpc, subnets = _place(region, given["SubnetIds"])
        if taken := _in_use(region, group) - {subnet.zone for subnet in subnets}:
            lost = next(subnet.id for subnet in group.subnets if subnet.zone in taken)
            raise Fault("SubnetInUse", f"Subnet {lost} is in use: nodes of a cache stand in it.")
        group.vpc_id, group.subnets = vpc, subnets
    group.description = given.get("CacheSubnetGroupDescription") or group.description
    return {"CacheSubnetGroup": group.describe()}


@performs("DeleteCacheSubnetGroup")
def delete(region: Region, given: dict) -> dict:
    group = region.need_subnet_group(given["CacheSubnetGroupName"])
    if _caches_in(region, group):
        # seen in aws/aws-cdk#6935
        raise Fault(
            "CacheSubnetGroupInUse",
            f"Cache subnet group {group.name} is currently in use by a cache cluster.",
        )
    region.subnet_groups.pop(group.name)
    tags.forget(region, group.arn)
    return {}
