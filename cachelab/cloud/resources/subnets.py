"""A subnet group as a resource: where caches may stand."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subnet:
    """A subnet of the group, and the zone it is in."""

    id: str
    zone: str
    network_types: tuple[str, ...] = ("ipv4",)


@dataclass(eq=False)
class SubnetGroup:
    """Some subnets of one VPC, under a name."""

    name: str
    description: str
    arn: str
    vpc_id: str
    subnets: list[Subnet] = field(default_factory=list)

    @property
    def zones(self) -> list[str]:
        """The zones it reaches, each once."""
        return list(dict.fromkeys(subnet.zone for subnet in self.subnets))

    def describe(self) -> dict:
        """As DescribeCacheSubnetGroups returns it."""
        kinds = {kind for subnet in self.subnets for kind in subnet.network_types}
        return {
            "CacheSubnetGroupName": self.name,
            "CacheSubnetGroupDescription": self.description,
            "VpcId": self.vpc_id,
            "ARN": self.arn,
            "SupportedNetworkTypes": sorted(kinds),
            "Subnets": [
                {
                    "SubnetIdentifier": subnet.id,
                    "SubnetAvailabilityZone": {"Name": subnet.zone},
                    "SupportedNetworkTypes": list(subnet.network_types),
                }
                for subnet in self.subnets
            ],
        }
