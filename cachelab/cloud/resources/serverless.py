"""A serverless cache as a resource, and its backups: one engine plays all of the service's machines."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from cachelab.engines.relay import Relay

from ..facts.addresses import aws_address
from ..plane.node import NOWHERE, Node
from .cache import Cache, endpoint, present
from .snapshot import Part


@dataclass(eq=False, kw_only=True)
class ServerlessCache(Cache):
    """A serverless cache: one engine behind a TLS endpoint, which looks like a cluster with all slots."""

    reader_door: Relay | None = None
    tls: bool = True

    @property
    def addresses(self) -> list[tuple[str, int]]:
        addresses = [node.endpoint for node in self.nodes if node.server]
        return addresses + ([(self.reader_door.host, self.reader_door.port)] if self.reader_door else [])

    @property
    def user_group_ids(self) -> list[str]:
        return [self.given["UserGroupId"]] if self.given.get("UserGroupId") else []

    @property
    def snapshot_window(self) -> str:
        start = self.given.get("DailySnapshotTime") or "05:00"
        return f"{start}-{start}"

    def open_reader(self) -> None:
        """Take the port of the reader endpoint."""
        self.reader_door = Relay(NOWHERE, tls=self.blueprint.tls)
        self.reader_door.retarget(self.primary.address)

    def aws_address(self, region: str, kind: str | None = None, node: Node | None = None) -> str:
        return aws_address(self.id, "serverless", code=self.code, region=region)

    def close(self) -> None:
        for part in (*self.shards, *self.memcached, self.reader_door):
            if part:
                part.close()

    def describe(self) -> dict:
        """As DescribeServerlessCaches returns it."""
        answer = {
            "ServerlessCacheName": self.id,
            "Description": self.given.get("Description") or "",
            "CreateTime": self.created,
            "Status": self.status,
            "Engine": self.engine,
            "MajorEngineVersion": self.version.major if self.engine != "memcached" else "1.6",
            "FullEngineVersion": self.version.number,
            "CacheUsageLimits": self.given.get("CacheUsageLimits"),
            "KmsKeyId": self.given.get("KmsKeyId"),
            "SecurityGroupIds": self.given.get("SecurityGroupIds"),
            "ARN": self.arn,
            "UserGroupId": self.given.get("UserGroupId"),
            "SubnetIds": self.given.get("SubnetIds"),
            "SnapshotRetentionLimit": self.retention,
            "DailySnapshotTime": self.given.get("DailySnapshotTime"),
            "NetworkType": self.given.get("NetworkType") or "ipv4",
            "ConnectionType": self.given.get("ConnectionType") or "vpc",
            "Integrations": self.given.get("Integrations"),
        }
        if self.there:
            answer["Endpoint"] = endpoint(self.nodes[0].endpoint)
            if self.reader_door:
                answer["ReaderEndpoint"] = endpoint((self.reader_door.host, self.reader_door.port))
        return present(answer)


@dataclass
class ServerlessSnapshot:
    """A backup of a serverless cache."""

    name: str
    arn: str
    cache: dict  # what the cache was, as ServerlessCacheConfiguration
    part: Part | None = None
    kind: str = "manual"  # or "automated"
    status: str = "creating"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def parts(self) -> list[Part]:
        return [self.part] if self.part else []

    def describe(self) -> dict:
        """As DescribeServerlessCacheSnapshots returns it."""
        return {
            "ServerlessCacheSnapshotName": self.name,
            "ARN": self.arn,
            "SnapshotType": self.kind,
            "Status": self.status,
            "CreateTime": self.created,
            "BytesUsedForCache": str(self.part.size if self.part else 0),
            "ServerlessCacheConfiguration": self.cache,
        }
