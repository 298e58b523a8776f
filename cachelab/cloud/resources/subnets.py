"""A subnet group as a resource: where caches may stand."""

from dataclasses import dataclass, field

PLACELESS_VPC = "vpc-0123456789abcdef0"  # of subnets that EC2 does not know


@dataclass(frozen=True)
class Subnet:
    """A subnet of the group; `zone` is None if EC2 does not know the subnet."""

    id: str
    zone: str | None = None
    network_types: tuple[str, ...] = ("ipv4",)


@dataclass(eq=False)
class SubnetGroup:
    """Some subnets of one VPC, under a name."""

    name: str
    description: str
    arn: str
    vpc_id: str = PLACELESS_VPC
    subnets: list[Subnet] = field(default_factory=list)

    @property
    def zones(self) -> list[str]:
        """The zones it reaches, each once."""
        return list(dict.fromkeys(subnet.zone for subnet in self.subnets if subnet.zone))

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
                    "SubnetAvailabilityZone": {"Name": subnet.zone} if subnet.zone else {},
                    "SupportedNetworkTypes": list(subnet.network_types),
                }
                for subnet in self.subnets
            ],
        }
