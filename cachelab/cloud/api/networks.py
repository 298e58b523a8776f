"""Subnet groups, zones and security groups: where a cache stands, read from moto's EC2."""

from moto.elasticache.models import CacheSubnetGroup

from .. import catalog
from .faults import Fault, not_found
from .operations import performs
from .paging import page


class Networks:
    """The operations on subnet groups; a part of the backend. (CreateCacheSubnetGroup is moto's.)"""

    @property
    def zones(self) -> list[str]:
        return catalog.zones(self.region_name)

    def zones_of(self, subnet_group: CacheSubnetGroup | None) -> list[str]:
        """The zones a subnet group reaches; all of them if it is none, or its subnets are unknown to EC2."""
        named = [subnet.get("subnet_availability_zone") for subnet in getattr(subnet_group, "subnets", ())]
        return list(dict.fromkeys(zone for zone in named if isinstance(zone, str))) or self.zones

    def vpc_of_security_group(self, name: str) -> str | None:
        """The VPC of a security group; None if EC2 does not know it (moto takes any id, and so do we)."""
        from moto.ec2.models import ec2_backends  # a second to import, and not every account has a VPC

        groups = ec2_backends[self.account_id][self.region_name].groups
        return next((vpc for vpc, members in groups.items() if vpc and name in members), None)

    def find_subnet_group(self, name: str) -> CacheSubnetGroup | None:
        return self.cache_subnet_groups.get(name) or self.cache_subnet_groups.get(name.lower())

    def need_subnet_group(self, name: str) -> CacheSubnetGroup:
        found = self.find_subnet_group(name)
        if found is None:
            raise not_found("CacheSubnetGroup", name)
        return found

    @performs("DescribeCacheSubnetGroups")
    def describe_subnet_groups(self, given: dict) -> dict:
        if given.get("CacheSubnetGroupName"):
            return {"CacheSubnetGroups": [self.need_subnet_group(given["CacheSubnetGroupName"])]}
        return page(list(self.cache_subnet_groups.values()), given, "CacheSubnetGroups")

    @performs("ModifyCacheSubnetGroup")
    def modify_subnet_group(self, given: dict) -> dict:
        group = self.need_subnet_group(given["CacheSubnetGroupName"])
        name = group.cache_subnet_group_name
        changed = CacheSubnetGroup(
            account_id=self.account_id,
            region_name=self.region_name,
            cache_subnet_group_name=name,
            cache_subnet_group_description=given.get("CacheSubnetGroupDescription")
            or group.cache_subnet_group_description,
            subnet_ids=given.get("SubnetIds") or group.subnet_ids,
            tags=group.tags,
        )
        self.cache_subnet_groups[name] = changed
        return {"CacheSubnetGroup": changed}

    @performs("DeleteCacheSubnetGroup")
    def delete_subnet_group(self, given: dict) -> dict:
        group = self.need_subnet_group(given["CacheSubnetGroupName"])
        name = group.cache_subnet_group_name
        caches = [*self.replication_groups.values(), *self.cache_clusters.values()]
        if any(
            cache.subnet_group_name and cache.subnet_group_name.lower() == name.lower() for cache in caches
        ):
            # seen in aws/aws-cdk#6935
            raise Fault(
                "CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster."
            )
        self.cache_subnet_groups.pop(name)
        self.forget_tags(group.arn)
        return {}
