"""Serverless caches: one engine behind a TLS endpoint, which looks like a cluster with all slots."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...engines.relay import Relay
from .. import catalog, events
from ..addresses import new_code
from ..catalog import Version
from ..parameters import ParameterGroup
from ..plane import slots
from ..plane.access import Access
from ..plane.memcached import MemcachedNode
from ..plane.node import NOWHERE, Blueprint, Gone, Node, certificate
from ..plane.shard import Shard
from .faults import Fault, not_found
from .group import endpoint
from .operations import performs
from .paging import page
from .snapshots import Part

MEMORY_HERE = 2**28  # 256 MB: the box does not scale, so it holds less than its limits allow


@dataclass(eq=False)
class ServerlessCache:
    """A serverless cache. Its one engine plays all of the service's machines."""

    name: str
    arn: str
    engine: str
    version: Version
    given: dict
    shard: Shard | None = None
    memcached: MemcachedNode | None = None
    reader_door: Relay | None = None
    status: str = "creating"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    since: float = field(default_factory=time.monotonic)
    code: str = ""

    @property
    def nodes(self) -> list:
        return self.shard.nodes if self.shard else [self.memcached]

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Everywhere it listens."""
        addresses = [node.endpoint for node in self.nodes if node.server]
        return addresses + ([(self.reader_door.host, self.reader_door.port)] if self.reader_door else [])

    def close(self) -> None:
        """End everything it runs."""
        for part in (self.shard, self.memcached, self.reader_door):
            if part:
                part.close()

    def describe(self) -> dict:
        node = self.nodes[0]
        answer = {
            "ServerlessCacheName": self.name,
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
            "SnapshotRetentionLimit": self.given.get("SnapshotRetentionLimit") or 0,
            "DailySnapshotTime": self.given.get("DailySnapshotTime"),
            "NetworkType": self.given.get("NetworkType") or "ipv4",
            "ConnectionType": self.given.get("ConnectionType") or "vpc",
            "Integrations": self.given.get("Integrations"),
        }
        if self.status not in ("creating", "create-failed", "deleting"):
            answer["Endpoint"] = endpoint(node.endpoint)
            if self.reader_door:
                answer["ReaderEndpoint"] = endpoint((self.reader_door.host, self.reader_door.port))
        return {key: value for key, value in answer.items() if value is not None}


@dataclass
class ServerlessSnapshot:
    """A backup of a serverless cache."""

    name: str
    arn: str
    cache: dict  # what the cache was, as ServerlessCacheConfiguration
    part: Part | None = None
    status: str = "creating"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def describe(self) -> dict:
        return {
            "ServerlessCacheSnapshotName": self.name,
            "ARN": self.arn,
            "SnapshotType": "manual",
            "Status": self.status,
            "CreateTime": self.created,
            "BytesUsedForCache": str(self.part.size if self.part else 0),
            "ServerlessCacheConfiguration": self.cache,
        }


class ServerlessCaches:
    """The operations on serverless caches; a part of the backend."""

    def serverless(self, name: str) -> ServerlessCache | None:
        return self.serverless_caches.get(name.lower())

    def need_serverless(self, name: str) -> ServerlessCache:
        found = self.serverless(name)
        if found is None:
            raise not_found("ServerlessCache", name)
        return found

    @performs("CreateServerlessCache")
    def create_serverless(self, given: dict) -> dict:
        name, engine = given["ServerlessCacheName"].lower(), given["Engine"].lower()
        version = catalog.find_version(engine, given.get("MajorEngineVersion"))
        version = version or catalog.find_version(engine)  # memcached "1.6" is not a number of ours
        restored = self._snapshots_to_restore(given, engine)
        cache = ServerlessCache(
            name=name,
            arn=self.arn("serverlesscache", name),
            engine=engine,
            version=version,
            given={key: value for key, value in given.items() if value is not None},
            code=new_code(),
        )
        material = certificate()
        zone = self.zones[0]
        if engine == "memcached":
            cache.memcached = MemcachedNode(name, "0001", zone, ["-m", "64"], material)
        else:
            group = ParameterGroup("default", version.family, "", "")
            settings = self.settings_of(engine, group, "cache.t4g.micro") | {"maxmemory": str(MEMORY_HERE)}
            access = Access(
                cluster_mode=True,
                logins=self.logins_of([given["UserGroupId"]] if given.get("UserGroupId") else []),
            )
            blueprint = Blueprint(settings, access, cluster_mode=True, tls=material)
            cache.shard = Shard("0001", blueprint, [(name, zone)])
            cache.shard.slots = (0, slots.SLOTS - 1)
        self.serverless_caches[name] = cache
        self.keep_tags(cache.arn, given)
        answer = cache.describe()
        self.fleet.run(lambda: self._start_serverless(cache, restored))
        return {"ServerlessCache": answer}

    def _snapshots_to_restore(self, given: dict, engine: str):
        arns = given.get("SnapshotArnsToRestore") or []
        if not arns:
            return None
        name = arns[0].rpartition(":")[2]
        snapshot = self.serverless_snapshots.get(name) or self.snapshots.get(name)
        if snapshot is None or len(arns) > 1:
            raise Fault("InvalidParameterValue", f"SnapshotArnsToRestore: no snapshot {arns[-1]} here.")
        return snapshot.part if isinstance(snapshot, ServerlessSnapshot) else snapshot.parts[0]

    def _start_serverless(self, cache: ServerlessCache, restored: Part | None) -> None:
        try:
            self._fail_if_told(cache.name)
            if cache.memcached:
                cache.memcached.start()
            else:
                cache.shard.start(dump=restored.file if restored else None)
                slots.form([cache.shard])
                cache.reader_door = Relay(NOWHERE, tls=cache.shard.blueprint.tls)
                cache.reader_door.retarget(cache.shard.primary.address)
                self.fleet.watch(cache.shard, self.replace)
            self.fleet.take_time(cache.since)
        except Exception:
            self._end_serverless(cache)
            self.fleet.take_time(cache.since)
            cache.status = "create-failed"
            self.log.tell(events.SERVERLESS, cache.name, events.CLUSTER_CREATE_FAILED)
            return
        for node in cache.nodes:
            node.status = "available"
        cache.status = "available"
        self.log.tell(events.SERVERLESS, cache.name, "Serverless cache {id} created")
        self.fleet.announce()

    @performs("DescribeServerlessCaches")
    def describe_serverless(self, given: dict) -> dict:
        if given.get("ServerlessCacheName"):
            return {"ServerlessCaches": [self.need_serverless(given["ServerlessCacheName"]).describe()]}
        rows = [cache.describe() for cache in self.serverless_caches.values()]
        answer = page(
            rows,
            {"MaxRecords": given.get("MaxResults"), "Marker": given.get("NextToken")},
            "ServerlessCaches",
        )
        return {"ServerlessCaches": answer["ServerlessCaches"], "NextToken": answer.get("Marker")}

    @performs("ModifyServerlessCache")
    def modify_serverless(self, given: dict) -> dict:
        cache = self.need_serverless(given["ServerlessCacheName"])
        if cache.status != "available":
            raise Fault(
                "InvalidServerlessCacheStateFault", f"Serverless Cache {cache.name} is {cache.status}."
            )
        if given.get("Engine") and given["Engine"].lower() != cache.engine:
            if (cache.engine, given["Engine"].lower()) != ("redis", "valkey"):
                raise Fault("InvalidParameterCombination", f"{cache.engine} cannot become {given['Engine']}.")
            cache.engine = "valkey"
            cache.version = catalog.find_version("valkey", given.get("MajorEngineVersion")) or cache.version
        if given.get("RemoveUserGroup"):
            cache.given.pop("UserGroupId", None)
        for key in (
            "Description",
            "CacheUsageLimits",
            "UserGroupId",
            "SecurityGroupIds",
            "SnapshotRetentionLimit",
            "DailySnapshotTime",
        ):
            if given.get(key) is not None:
                cache.given[key] = given[key]
        if cache.shard and (given.get("UserGroupId") or given.get("RemoveUserGroup")):
            chosen = cache.given.get("UserGroupId")
            cache.shard.blueprint.access.logins = self.logins_of([chosen] if chosen else [])
            self.apply_access(cache)
        since, cache.status = time.monotonic(), "modifying"
        answer = cache.describe()

        def settle() -> None:
            self.fleet.take_time(since)
            cache.status = "available"

        self.fleet.run(settle)
        return {"ServerlessCache": answer}

    @performs("DeleteServerlessCache")
    def delete_serverless(self, given: dict) -> dict:
        cache = self.need_serverless(given["ServerlessCacheName"])
        if cache.status not in ("available", "create-failed"):
            raise Fault(
                "InvalidServerlessCacheStateFault", f"Serverless Cache {cache.name} is {cache.status}."
            )
        final = given.get("FinalSnapshotName")
        since, cache.status = time.monotonic(), "deleting"
        answer = cache.describe()

        def delete() -> None:
            if final:
                self._save_serverless(self._new_serverless_snapshot(final.lower(), cache), cache)
            self._end_serverless(cache)
            self.fleet.take_time(since)
            self.serverless_caches.pop(cache.name, None)
            self.forget_tags(cache.arn)
            self.log.tell(events.SERVERLESS, cache.name, "Serverless cache {id} deleted")
            self.fleet.announce()

        self.fleet.run(delete)
        return {"ServerlessCache": answer}

    def _end_serverless(self, cache: ServerlessCache) -> None:
        if cache.shard:
            self.fleet.unwatch(cache.shard)
        cache.close()

    # Backups.

    def need_serverless_snapshot(self, name: str) -> ServerlessSnapshot:
        found = self.serverless_snapshots.get(name.lower())
        if found is None:
            raise not_found("ServerlessCacheSnapshot", name)
        return found

    @performs("CreateServerlessCacheSnapshot")
    def create_serverless_snapshot(self, given: dict) -> dict:
        cache = self.need_serverless(given["ServerlessCacheName"])
        name = given["ServerlessCacheSnapshotName"].lower()
        if name in self.serverless_snapshots:
            raise Fault("ServerlessCacheSnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
        if cache.memcached:
            raise Fault(
                "InvalidParameterCombination",
                "AWS backs up serverless Memcached too; this box cannot: memcached itself writes no backups.",
            )
        snapshot = self._new_serverless_snapshot(name, cache)
        self.keep_tags(snapshot.arn, given)
        since, answer = time.monotonic(), snapshot.describe()

        def take() -> None:
            self._save_serverless(snapshot, cache)
            self.fleet.take_time(since)

        self.fleet.run(take)
        return {"ServerlessCacheSnapshot": answer}

    def _new_serverless_snapshot(self, name: str, cache: ServerlessCache) -> ServerlessSnapshot:
        snapshot = ServerlessSnapshot(
            name,
            self.arn("serverlesscachesnapshot", name),
            {
                "ServerlessCacheName": cache.name,
                "Engine": cache.engine,
                "MajorEngineVersion": cache.version.major,
            },
        )
        self.serverless_snapshots[name] = snapshot
        return snapshot

    def _save_serverless(self, snapshot: ServerlessSnapshot, cache: ServerlessCache) -> None:
        file = self.vault / f"serverless-{snapshot.name}.rdb"
        node: Node = cache.shard.primary
        try:
            node.save(file)
        except (*Gone, TimeoutError):
            snapshot.status = "failed"
            return
        snapshot.part = Part("0001", node.id, file, cache.shard.slots)
        snapshot.status = "available"
        self.log.tell(events.SERVERLESS_SNAPSHOT, snapshot.name, "Snapshot {id} created")

    @performs("DescribeServerlessCacheSnapshots")
    def describe_serverless_snapshots(self, given: dict) -> dict:
        if given.get("ServerlessCacheSnapshotName"):
            found = self.need_serverless_snapshot(given["ServerlessCacheSnapshotName"])
            return {"ServerlessCacheSnapshots": [found.describe()]}
        rows = [
            snapshot.describe()
            for snapshot in self.serverless_snapshots.values()
            if not given.get("ServerlessCacheName")
            or snapshot.cache["ServerlessCacheName"] == given["ServerlessCacheName"].lower()
        ]
        answer = page(
            rows,
            {"MaxRecords": given.get("MaxResults"), "Marker": given.get("NextToken")},
            "ServerlessCacheSnapshots",
        )
        return {
            "ServerlessCacheSnapshots": answer["ServerlessCacheSnapshots"],
            "NextToken": answer.get("Marker"),
        }

    @performs("CopyServerlessCacheSnapshot")
    def copy_serverless_snapshot(self, given: dict) -> dict:
        source = self.need_serverless_snapshot(given["SourceServerlessCacheSnapshotName"])
        name = given["TargetServerlessCacheSnapshotName"].lower()
        if name in self.serverless_snapshots:
            raise Fault("ServerlessCacheSnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
        if source.status != "available":
            raise Fault(
                "InvalidServerlessCacheSnapshotStateFault", f"Snapshot {source.name} is {source.status}."
            )
        file = self.vault / f"serverless-{name}.rdb"
        file.write_bytes(source.part.file.read_bytes())
        copy = ServerlessSnapshot(
            name,
            self.arn("serverlesscachesnapshot", name),
            dict(source.cache),
            Part("0001", source.part.node_id, file, source.part.slots),
            "available",
        )
        self.serverless_snapshots[name] = copy
        return {"ServerlessCacheSnapshot": copy.describe()}

    @performs("DeleteServerlessCacheSnapshot")
    def delete_serverless_snapshot(self, given: dict) -> dict:
        snapshot = self.need_serverless_snapshot(given["ServerlessCacheSnapshotName"])
        self.serverless_snapshots.pop(snapshot.name)
        if snapshot.part:
            snapshot.part.file.unlink(missing_ok=True)
        self.forget_tags(snapshot.arn)
        snapshot.status = "deleting"
        return {"ServerlessCacheSnapshot": snapshot.describe()}
