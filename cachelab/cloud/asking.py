"""A request as the rules see it: the parameters given, what they imply, and what exists already."""

import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from .facts import catalog
from .facts.parameters import ParameterGroup
from .plane.slots import SLOTS
from .region import Region
from .resources.cache import Cache
from .resources.snapshot import Snapshot
from .resources.subnets import SubnetGroup


class Ask:
    """One request. `ask["Parameter"]` is what was given, or None.

    `target` is what a Modify, Increase… or Test request is about, and None for a Create.
    """

    def __init__(self, operation: str, given: dict, region: Region, target: Cache | None = None) -> None:
        self.operation = operation
        self.given = given
        self.region = region
        self.target = target

    def __getitem__(self, parameter: str) -> Any:
        return self.given.get(parameter)

    @property
    def words(self) -> dict[str, Any]:
        """What a message may mention."""
        return {
            **self.given,
            "operation": self.operation,
            "engine": self.engine,
            "region": self.region.name,
            "id": self.target.id if self.target else "",
        }

    @cached_property
    def snapshot(self) -> Snapshot | None:
        """The backup to restore from, if one is named."""
        return self.region.snapshot(self["SnapshotName"]) if self["SnapshotName"] else None

    # What runs.

    @property
    def engine(self) -> str:
        if self["Engine"]:
            return self["Engine"].lower()
        if self.target is not None:
            return self.target.engine
        if self.snapshot:
            return self.snapshot.engine
        return "memcached" if self.operation == "CreateCacheCluster" else "redis"

    @cached_property
    def version(self) -> catalog.Version | None:
        """The version asked for, or the backup's, or the newest; None if there is no such version."""
        if self.snapshot and not self["EngineVersion"] and self.snapshot.engine == self.engine:
            return self.snapshot.version
        return catalog.find_version(self.engine, self["EngineVersion"])

    @property
    def valkey_9(self) -> bool:
        return self.engine == "valkey" and int((self["MajorEngineVersion"] or "9").split(".")[0]) >= 9

    # How many nodes.

    @cached_property
    def cluster_mode(self) -> bool:
        """Whether keys are sharded: said so, or implied by the parameter group or by several shards."""
        if self.target is not None:
            return self.target.cluster_mode
        if self["ClusterMode"]:
            return self["ClusterMode"] == "enabled"
        if self["CacheParameterGroupName"]:
            return bool(self.parameter_group and self.parameter_group.cluster_enabled)
        if self.snapshot and self.snapshot.cluster_mode:
            return True
        return (self["NumNodeGroups"] or 1) > 1 or len(self["NodeGroupConfiguration"] or ()) > 1

    @property
    def shards(self) -> int:
        if self.snapshot and not self["NumNodeGroups"]:
            return len(self.snapshot.parts)
        return self["NumNodeGroups"] or len(self["NodeGroupConfiguration"] or ()) or 1

    @property
    def replica_counts(self) -> list[int]:
        """The number of replicas of each shard that a request would create or change."""
        if self.target is not None:
            return [after for _, after in self.replica_changes]
        if self["ReplicasPerNodeGroup"] is not None:
            default = self["ReplicasPerNodeGroup"]
        else:
            default = (self["NumCacheClusters"] or 1) - 1
        return [int(row.get("ReplicaCount", default)) for _, row in self.layout]

    @property
    def layout(self) -> list[tuple[str, dict]]:
        """(node group id, what is asked for it) of each shard that a Create would make, by id.

        A row without an id gets the number of its place.
        """
        rows = list(self["NodeGroupConfiguration"] or ())
        rows += [{}] * (self.shards - len(rows))
        named = [(row.get("NodeGroupId") or f"{place:04}", row) for place, row in enumerate(rows, 1)]
        return sorted(named, key=lambda pair: pair[0])

    @property
    def nodes(self) -> int:
        return sum(1 + count for count in self.replica_counts)

    @property
    def least_replicas(self) -> int:
        """Replicas in the worst-off shard, of the request or of what it changes."""
        if self.target is not None:
            return min(len(shard.replicas) for shard in self.target.shards)
        return min(self.replica_counts)

    @property
    def replica_changes(self) -> list[tuple[int, int]]:
        """(replicas now, replicas asked for) of each shard an Increase- or DecreaseReplicaCount changes."""
        if self.operation == "DeleteCacheCluster":
            return [(len(shard.replicas), len(shard.replicas) - 1) for shard in self.target.shards]
        changes = []
        wanted = {row["NodeGroupId"]: row["NewReplicaCount"] for row in self["ReplicaConfiguration"] or ()}
        leaving = {name.lower() for name in self["ReplicasToRemove"] or ()}
        for shard in self.target.shards if self.target else ():
            now = len(shard.replicas)
            if leaving:
                after = now - sum(node.id in leaving for node in shard.replicas)
                if after != now:
                    changes.append((now, after))
            elif shard.id in wanted:
                changes.append((now, wanted[shard.id]))
            elif not wanted and self["NewReplicaCount"] is not None:
                changes.append((now, self["NewReplicaCount"]))
        return changes

    @property
    def replica_counts_after(self) -> list[int]:
        return [after for _, after in self.replica_changes]

    # Where.

    @property
    def zones_named(self) -> list[str]:
        zones = list(self["PreferredCacheClusterAZs"] or ()) + list(self["PreferredAvailabilityZones"] or ())
        if self["PreferredAvailabilityZone"] and self["PreferredAvailabilityZone"] != "Multiple":
            zones.append(self["PreferredAvailabilityZone"])
        for shard in (self["NodeGroupConfiguration"] or []) + (self["ReplicaConfiguration"] or []):
            zones += [shard[key] for key in ("PrimaryAvailabilityZone",) if shard.get(key)]
            zones += shard.get("ReplicaAvailabilityZones") or []
            zones += shard.get("PreferredAvailabilityZones") or []
        return zones

    @cached_property
    def subnet_group(self) -> SubnetGroup | None:
        return self.region.subnet_group(self["CacheSubnetGroupName"] or "")

    def vpc_of(self, security_group: str) -> str | None:
        """The VPC of a security group; None if EC2 does not know it (moto takes any id, and so do we)."""
        from moto.ec2.models import ec2_backends  # a second to import, and not every account has a VPC

        groups = ec2_backends[self.region.account_id][self.region.name].groups
        return next((vpc for vpc, members in groups.items() if vpc and security_group in members), None)

    @property
    def kms_key_known(self) -> bool:
        """Whether KMS has the key that is named, by id, ARN or alias; AWS's own are always there."""
        from moto.kms.models import kms_backends

        keys, name = kms_backends[self.region.account_id][self.region.name], self["KmsKeyId"]
        if "alias/" not in name:
            return keys.get_key_id(name) in keys.keys
        alias = keys.get_alias_name(name)
        return alias.startswith("alias/aws/") or keys.get_key_id_from_alias(alias) is not None

    @property
    def topic_known(self) -> bool:
        """Whether SNS has the topic that is named."""
        from moto.sns.models import sns_backends

        return self["NotificationTopicArn"] in sns_backends[self.region.account_id][self.region.name].topics

    # How it is protected.

    @property
    def tls(self) -> bool:
        """Encryption in transit as it would be after the request."""
        asked = self["TransitEncryptionEnabled"]
        return bool(asked if asked is not None else self.target and self.target.tls)

    @property
    def automatic_failover(self) -> bool:
        asked = self["AutomaticFailoverEnabled"]
        return bool(asked if asked is not None else self.target and self.target.automatic_failover)

    @property
    def multi_az(self) -> bool:
        asked = self["MultiAZEnabled"]
        return bool(asked if asked is not None else self.target and self.target.multi_az)

    @cached_property
    def parameter_group(self) -> ParameterGroup | None:
        return self.region.parameter_group(self["CacheParameterGroupName"] or "")

    # When.

    @property
    def older_than_14_days(self) -> bool:
        start = self["StartTime"]
        if not start:
            return False
        if start.tzinfo is None:
            start = start.replace(tzinfo=UTC)
        return start < datetime.now(UTC) - timedelta(days=14)


def slot_range(text: str) -> tuple[int, int] | None:
    """ "0-5460" -> (0, 5460); None if it is no range of the 16,384 slots."""
    match = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text.strip())
    if not match:
        return None
    low, high = map(int, match.groups())
    return (low, high) if low <= high < SLOTS else None
