"""One account in one region: what exists in it, and how to find it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from moto.utilities.tagging_service import TaggingService

from cachelab.engines.process import run_directory

from .events import EventLog
from .facts import catalog
from .facts.parameters import ParameterGroup, default_group
from .faults import not_found
from .plane.fleet import Fleet
from .plane.memcached import MemcachedNode
from .plane.node import Node
from .resources.cache import Cache
from .resources.cluster import CacheCluster
from .resources.group import ReplicationGroup
from .resources.serverless import ServerlessCache, ServerlessSnapshot
from .resources.snapshot import Snapshot
from .resources.subnets import Subnet, SubnetGroup
from .resources.users import User, UserGroup


class Found(NamedTuple):
    """What a cache cluster id names: a cluster by itself, or one node of a replication group."""

    cluster: CacheCluster | None = None
    group: ReplicationGroup | None = None
    node: Node | None = None

    @property
    def cache(self) -> CacheCluster | ReplicationGroup:
        return self.cluster or self.group


@dataclass(eq=False)
class Region:
    """Everything one account has in one region. The functions of api/ change it; nothing else does."""

    name: str
    account_id: str
    fleet: Fleet | None  # None: the account is not open, so nothing can run
    tags: TaggingService = field(default_factory=TaggingService)
    log: EventLog = field(default_factory=EventLog)
    groups: dict[str, ReplicationGroup] = field(default_factory=dict)
    clusters: dict[str, CacheCluster] = field(default_factory=dict)
    serverless_caches: dict[str, ServerlessCache] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    serverless_snapshots: dict[str, ServerlessSnapshot] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    user_groups: dict[str, UserGroup] = field(default_factory=dict)
    parameter_groups: dict[str, ParameterGroup] = field(default_factory=dict)
    subnet_groups: dict[str, SubnetGroup] = field(default_factory=dict)
    failover_tests: list[float] = field(default_factory=list)  # when, in seconds (time.time())
    lock: threading.RLock = field(default_factory=threading.RLock)  # one request at a time

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:elasticache:{self.name}:{self.account_id}:{kind}:{name}"

    @property
    def zones(self) -> list[str]:
        return catalog.zones(self.name)

    @cached_property
    def vault(self) -> Path:
        """Where backups are kept."""
        return run_directory("snapshots")

    # Finding things. Case does not matter. What is not there is None, or AWS's error from `need…`.

    @property
    def caches(self) -> list[Cache]:
        return [*self.groups.values(), *self.clusters.values(), *self.serverless_caches.values()]

    @property
    def nodes(self) -> list[Node | MemcachedNode]:
        return [node for cache in self.caches for node in cache.nodes]

    def group(self, name: str) -> ReplicationGroup | None:
        return self.groups.get(name.lower())

    def find(self, name: str) -> Found | None:
        """What a cache cluster id names, if anything."""
        name = name.lower()
        if name in self.clusters:
            return Found(cluster=self.clusters[name])
        for group in self.groups.values():
            for node in group.nodes:
                if node.id == name:
                    return Found(group=group, node=node)
        return None

    def free_names(self, prefix: str) -> Iterator[str]:
        """What the next members of a shard are called: PREFIX-001 and on, but for names that a cluster has,
        such as one that its deleted group has left."""
        return (name for i in range(1, 1000) if self.find(name := f"{prefix}-{i:03}") is None)

    def serverless(self, name: str) -> ServerlessCache | None:
        return self.serverless_caches.get(name.lower())

    def snapshot(self, name: str) -> Snapshot | None:
        return self.snapshots.get(name.lower())

    def serverless_snapshot(self, name: str) -> ServerlessSnapshot | None:
        return self.serverless_snapshots.get(name.lower())

    def user(self, name: str) -> User | None:
        return self.users.get(name.lower())

    def user_group(self, name: str) -> UserGroup | None:
        return self.user_groups.get(name.lower())

    def subnet_group(self, name: str) -> SubnetGroup | None:
        """A group by name; `default`, of the default VPC, exists without being made."""
        name = name.lower()
        if name == "default" and name not in self.subnet_groups:
            if group := self._default_subnets():
                self.subnet_groups[name] = group
        return self.subnet_groups.get(name)

    def _default_subnets(self) -> SubnetGroup | None:
        from moto.ec2.models import ec2_backends  # a second to import, and few orders name this group

        ec2 = ec2_backends[self.account_id][self.name]
        subnets = [
            Subnet(subnet.id, subnet.availability_zone)
            for subnet in sorted(ec2.describe_subnets(), key=lambda subnet: subnet.availability_zone)
            if str(subnet.default_for_az).lower() == "true" and subnet.availability_zone in self.zones
        ]
        if not subnets:
            return None  # somebody deleted the default VPC
        vpc = ec2.get_subnet(subnets[0].id).vpc_id
        arn = self.arn("subnetgroup", "default")
        return SubnetGroup("default", "Default CacheSubnetGroup", arn, vpc, subnets)

    def parameter_group(self, name: str) -> ParameterGroup | None:
        """A group by name; the default ones exist without being made."""
        name = name.lower()
        if name not in self.parameter_groups:
            group = default_group(name, self.arn("parametergroup", name))
            if group is None:
                return None
            self.parameter_groups[name] = group
        return self.parameter_groups[name]

    def need_group(self, name: str) -> ReplicationGroup:
        return _need(self.group(name), "ReplicationGroup", name)

    def need(self, name: str) -> Found:
        return _need(self.find(name), "CacheCluster", name)

    def need_serverless(self, name: str) -> ServerlessCache:
        return _need(self.serverless(name), "ServerlessCache", name)

    def need_snapshot(self, name: str) -> Snapshot:
        return _need(self.snapshot(name), "Snapshot", name)

    def need_serverless_snapshot(self, name: str) -> ServerlessSnapshot:
        return _need(self.serverless_snapshot(name), "ServerlessCacheSnapshot", name)

    def need_user(self, name: str) -> User:
        return _need(self.user(name), "User", name)

    def need_user_group(self, name: str) -> UserGroup:
        return _need(self.user_group(name), "UserGroup", name)

    def need_subnet_group(self, name: str) -> SubnetGroup:
        return _need(self.subnet_group(name), "CacheSubnetGroup", name)

    def need_parameter_group(self, name: str) -> ParameterGroup:
        return _need(self.parameter_group(name), "CacheParameterGroup", name)


def _need(found, kind: str, name: str):
    if found is None:
        raise not_found(kind, name)
    return found
