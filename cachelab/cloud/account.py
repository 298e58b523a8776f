"""An AWS account in a box: boto3 talks to it as to AWS, and every node it creates is a real engine.

    from cachelab import cloud
    with cloud.account() as aws:                 # or aws = cloud.account().start() … aws.close()
        elasticache = aws.client("elasticache")
        elasticache.create_replication_group(...)

Nothing leaves the machine and nothing costs money; closing the account ends every process it started.
Every EngineVersion is checked and reported as AWS would, and runs the same engine, the Valkey or
Memcached that is installed: a command newer than the version ordered works here, and not on AWS.
"""

import atexit
import contextlib
import os
import secrets
import threading
import weakref
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cachelab.learner.interrupt import uninterrupted

from . import command
from .billing import Billed, still_billing
from .events import Event
from .facts import prices
from .guard import ACCESS_KEY, REGION, SECRET_KEY, Guard
from .topology import topology

if TYPE_CHECKING:
    from .plane.node import Node
    from .plane.shard import Shard
    from .region import Region

PROVISIONING_SECONDS = 3.0
SLOW_START_VARIABLE = "CACHELAB_PROVISIONING_TIME"

_open: "weakref.WeakSet[Account]" = weakref.WeakSet()
# By region, for all accounts: what takes time in making a client is to read the description of its API.
_sessions: dict[str, Any] = {}
_making_clients = threading.Lock()  # sessions are not for several threads at once


def forget_sessions() -> None:
    """The next client reads that description anew: gone is what somebody has changed in it, or in the
    exceptions that all clients of a session have in common."""
    with _making_clients:
        _sessions.clear()


class AccountError(RuntimeError):
    """The account cannot do that now; the message says why and what would work."""


class Account:
    """One AWS account in a box. Use it as a context manager, or start() and close() it."""

    live = False
    region = REGION

    def __init__(self, provisioning_time: float | None = None) -> None:
        if provisioning_time is None:
            provisioning_time = float(os.environ.get(SLOW_START_VARIABLE, PROVISIONING_SECONDS))
        self._provisioning_time = _seconds(provisioning_time)
        self.id = f"{secrets.randbelow(9 * 10**11) + 10**11}"
        """The account's twelve-digit number, as in its ARNs."""
        self._server = self._guard = self._fleet = self._minutes = None

    # Open and close.

    def start(self) -> "Account":
        """Open the account; what keeps it from being opened leaves nothing of it."""
        if self._server is not None:
            return self
        # The rest is imported here: moto takes a second or two, and only those who open an account need it.
        from cachelab.engines.process import run_directory
        from cachelab.engines.tls import authority

        from .api.wire import FLEETS
        from .metrics import backend as cloudwatch
        from .plane.fleet import Fleet
        from .server import Server

        with contextlib.ExitStack() as undo:  # half of it would be taken for an open one
            with uninterrupted():
                fleet = FLEETS[self.id] = Fleet(self._provisioning_time)
                undo.callback(FLEETS.pop, self.id)
                server = Server(self.id)
                undo.callback(server.close)
                minutes = cloudwatch.minutes_of(self.id, self._regions)
                undo.callback(cloudwatch.CLOCKS.pop, self.id)
                self._ca_file = authority().ca_file
                directory = run_directory("account")
                command.install(directory)
                guard = Guard(server.url, self._ca_file, directory)
                undo.callback(guard.close)
                guard.open()
            self._fleet, self._server, self._minutes, self._guard = fleet, server, minutes, guard
            _open.add(self)
            atexit.register(_close_all)  # now, so that it runs before the engines' own
            undo.pop_all()
        return self

    def close(self) -> None:
        """End every process, free every port, forget everything, give the environment back.

        Raises AccountError if something it started is still there afterwards.
        """
        if self._server is None:
            return
        from .api.wire import FLEETS
        from .metrics import backend as cloudwatch

        pids, ports = [], []
        try:
            self._fleet.close()
        finally:
            with uninterrupted():  # or what is closed only in part would run on, and not be closed again
                try:
                    # Now: until then, what is being created may still be starting processes.
                    pids = [node.server.pid for node in self._nodes() if node.server]
                    ports = [port for cache in self._caches() for _, port in cache.addresses]
                    for cache in self._caches():
                        cache.close()
                finally:
                    self._guard.close()
                    self._server.close()
                    FLEETS.pop(self.id, None)
                    cloudwatch.CLOCKS.pop(self.id, None)
                    _forget(self.id)
                    self._server = self._guard = self._fleet = self._minutes = None
                    _open.discard(self)
        left = [f"process {pid}" for pid in pids if _exists(pid)]
        left += [f"port {port}" for port in ports if _listens(port)]
        if left:
            raise AccountError(
                f"the account is closed, but still there: {', '.join(left)}. Restart the kernel."
            )

    def __enter__(self) -> "Account":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        where = self.endpoint_url if self._server else "closed"
        return f"AWS account in a box · {self.id} · {where}"

    # Clients.

    @property
    def endpoint_url(self) -> str:
        """For the `aws` command and other SDKs: http://127.0.0.1:PORT. (Both find it by themselves in
        AWS_ENDPOINT_URL while the account is open.)"""
        return self._need_open().url

    @property
    def ca_file(self) -> str:
        """The certificate authority behind the TLS endpoints, for clients that want it named."""
        self._need_open()
        return self._ca_file

    def client(self, service: str, region_name: str | None = None, **options: Any):
        """A boto3 client for any service moto has; options go to boto3 unchanged."""
        import boto3

        options.setdefault("endpoint_url", self.endpoint_url)
        region = region_name or self.region
        with _making_clients:
            if region not in _sessions:
                _sessions[region] = boto3.Session(
                    aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name=region
                )
            return _sessions[region].client(service, **options)

    # The clock.

    @property
    def provisioning_time(self) -> float:
        """Seconds from creating to available, from modifying to available, and so on; what is under way
        follows it, too."""
        return self._provisioning_time

    @provisioning_time.setter
    def provisioning_time(self, seconds: float) -> None:
        self._provisioning_time = _seconds(seconds)
        if self._fleet:
            self._fleet.provisioning_time = self._provisioning_time
            self._fleet.announce()

    def minute(self, count: int = 1) -> None:
        """CloudWatch's time: let `count` minutes pass.

        Every node that answers is sampled once a minute, and every alarm is judged. What happened since the
        last minute counts in the first of them. In between, CloudWatch's time stands still: `now()`. A backup
        or maintenance window that begins meanwhile is had.
        """
        self._need_open()
        from .api import maintenance

        before = self.now()
        self._minutes.step(count)
        for region in self._regions():
            maintenance.pass_time(region, before, self.now())

    def now(self) -> datetime:
        """CloudWatch's time, in UTC: StartTime and EndTime of what you ask it for are counted from here."""
        self._need_open()
        return self._minutes.clock.moment

    def settle(self, seconds: float = 60.0) -> bool:
        """Wait until nothing is being created, changed, repaired or deleted; False after `seconds`.

        It does not wait for nodes whose zone is down: they come back after `restore_zone`.
        """
        self._need_open()
        return self._fleet.settle(seconds)

    def maintenance(self) -> None:
        """Have the weekly maintenance window and the daily backup window now.

        What was modified without ApplyImmediately is applied; caches with a SnapshotRetentionLimit are backed
        up, and their oldest automatic backup beyond that limit goes.
        """
        self._need_open()
        from .api import maintenance

        for region in self._regions():
            maintenance.hold(region, self.now())

    # Drills.

    def fail_node(self, name: str) -> None:
        """SIGKILL a node, by its cache cluster id ("my-app-cache-001"; "my-memcached/0002" for one of
        several). What AWS would do about it follows by itself. Returns when its port refuses connections.

        What a delayed link of a primary still holds (`replica_link`) is lost with it.
        """
        node = self._node(name)
        self._sever([node])
        node.kill()

    def freeze_node(self, name: str) -> None:
        """SIGSTOP a node: it accepts connections and answers nothing.

        After some seconds of silence it counts as dead: it is ended, and what follows is what follows
        `fail_node`.
        """
        self._node(name).freeze()

    def thaw_node(self, name: str) -> None:
        """Let a frozen node go on where it stopped, if it has not been replaced yet: a pause, no failure."""
        self._node(name).thaw()

    def fill_node(self, name: str) -> None:
        """Leave a node no room, as if others had filled it: its `maxmemory` is below what it uses.

        What it evicts and refuses then says its policy. Until `make_room`, or until it starts again. Raises
        AccountError for a node of Memcached.
        """
        with self._valkey_node(name).admin() as admin:
            used = admin.info("memory")["used_memory"]
            admin.config_set("maxmemory", used * 95 // 100)  # and stays full when this connection ends

    def make_room(self, name: str) -> None:
        """Give a full node the memory of its type again."""
        node = self._valkey_node(name)
        with node.admin() as admin:
            admin.config_set("maxmemory", node.blueprint.settings["maxmemory"])

    def fail_zone(self, zone: str) -> list[str]:
        """Take an availability zone down: its nodes die, and are not replaced before `restore_zone`.

        Returns the names of the nodes that died. Raises AccountError for a zone that is not there.
        """
        self._need_open()
        if zone not in {known for region in self._regions() for known in region.zones}:
            raise AccountError(f"there is no zone {zone!r} in {self.region}: try {self.region}a, …b or …c.")
        self._fleet.zones_down.add(zone)
        victims = [node for node in self._nodes() if node.zone == zone and node.alive]
        self._sever(victims)
        self._fleet.all_at_once([node.kill for node in victims])
        return [node.id for node in victims]

    def restore_zone(self, zone: str) -> None:
        """Bring a zone back; replacements for its nodes follow."""
        self._need_open()
        self._fleet.zones_down.discard(zone)
        self._fleet.announce()

    def partition_replica(self, name: str) -> None:
        """Cut a replica off from its primary: it goes on serving what it has, and falls behind."""
        self._shard_of_replica(name)[1].cut()

    def heal_replica(self, name: str) -> None:
        """End the partition of a replica; it catches up by itself."""
        self._shard_of_replica(name)[1].mend()

    def replica_link(self, name: str, delay: float | None = 0.0) -> None:
        """Let a replica hear of every write `delay` seconds after its primary has done it.

        `delay=None`: the link falls silent and is not closed, as when a firewall drops what passes.
        `delay=0`: as fast as it goes. The delay ends when the replica is promoted or replaced. Only for
        groups with cluster mode disabled.
        """
        if delay is not None and not 0 <= delay <= 60:
            raise ValueError(f"delay={delay!r}: give seconds from 0 to 60, or None for a silent link.")
        shard, replica = self._shard_of_replica(name)
        if shard.blueprint.cluster_mode:
            raise AccountError(
                f"{name} belongs to a cluster, whose nodes tell each other where they are: its link cannot "
                "lead elsewhere. Use a group with cluster mode disabled, or partition_replica()."
            )
        shard.pace_replication(replica, delay)

    def fail_next_create(self, reason: str = "there is not enough capacity") -> None:
        """Let the next cache that is created end in create-failed. An order that is refused counts."""
        self._need_open()
        self._fleet.fail_next = reason

    @property
    def zones_down(self) -> frozenset[str]:
        """The availability zones that `fail_zone` took down."""
        self._need_open()
        return frozenset(self._fleet.zones_down)

    # Looking.

    def topology(self, name: str | None = None) -> list[dict]:
        """Every node (of one cache, if named): see cloud.topology."""
        self._need_open()
        return topology(self._regions(), name)

    def events(self) -> list[Event]:
        """Everything that happened, oldest first."""
        self._need_open()
        return sorted((event for region in self._regions() for event in region.log), key=lambda e: e.date)

    def aws_address(self, name: str, kind: str | None = None) -> str:
        """What AWS would call the endpoint of a cache or node of this account."""
        self._need_open()
        for region in self._regions():
            if cache := region.group(name) or region.serverless(name):
                return cache.aws_address(region.name, kind)
            if found := region.find(name):
                return found.cache.aws_address(region.name, kind, found.node)
        raise AccountError(f"there is no cache or node called {name!r} in this account.")

    def refusal(self, operation: str, **request: Any) -> tuple[str, str] | None:
        """What AWS would answer a request that it would refuse, as (code, message); None if it would take it.

        Nothing is created: `aws.refusal("create_replication_group", ReplicationGroupId="a--b", …)`.
        """
        from .api.perform import check
        from .faults import Fault

        self._need_open()
        name = "".join(word.capitalize() for word in operation.split("_")) if "_" in operation else operation
        try:
            check(self._region(), name, request)
        except Fault as fault:
            return fault.code, fault.message
        return None

    # Money.

    def price(self, operation: str, **request: Any) -> prices.Cost:
        """What a Create call with these parameters would cost on AWS: `aws.price("create_replication_group",
        CacheNodeType="cache.t4g.micro", NumCacheClusters=3)`. Raises NoPrice where the table has no row."""
        return prices.of_request(operation, **request)

    def still_billing(self) -> list[Billed]:
        """What AWS would charge for now: empty when everything is deleted, and after close()."""
        if self._server is None:
            return []
        return still_billing(self._regions())

    # Inside.

    def _need_open(self):
        if self._server is None:
            raise AccountError(
                "this account is not open: use `with cloud.account() as aws:`, or aws.start()."
            )
        return self._server

    def _region(self, name: str | None = None) -> "Region":
        from .api.wire import backends

        self._need_open()
        return backends[self.id][name or self.region].region

    def _regions(self) -> "list[Region]":
        from .api.wire import regions

        return regions(self.id)

    def _caches(self) -> list:
        return [cache for region in self._regions() for cache in region.caches]

    def _nodes(self) -> list:
        return [node for region in self._regions() for node in region.nodes]

    def _node(self, name: str):
        self._need_open()
        wanted, _, number = str(name).lower().partition("/")
        found = [node for node in self._nodes() if node.id == wanted and number in ("", node.number)]
        if len(found) == 1 or (found and not number):
            if not found[0].alive:
                raise AccountError(f"{name} is down already.")
            return found[0]
        known = ", ".join(sorted({node.id for node in self._nodes()})) or "none"
        raise AccountError(f"there is no node {name!r} in this account. Nodes: {known}.")

    def _valkey_node(self, name: str) -> "Node":
        node = self._node(name)
        if not hasattr(node, "admin"):
            raise AccountError(f"{name} is a node of Memcached, which evicts and never refuses to store.")
        return node

    def _sever(self, victims: list) -> None:
        """What was on its way from these nodes to their replicas never arrives."""
        for cache in self._caches():
            for shard in cache.shards:
                if shard.primary in victims:
                    shard.sever()

    def _shard_of_replica(self, name: str) -> "tuple[Shard, Node]":
        node = self._node(name)
        for cache in self._caches():
            for shard in cache.shards:
                if node in shard.replicas:
                    return shard, node
        raise AccountError(f"{name} is not a replica: only a replica has a link to a primary.")


def _seconds(value: float) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ValueError(f"provisioning_time={value!r}: give seconds between 0 and 3600.")
    return seconds


def _forget(account_id: str) -> None:
    """Drop everything moto keeps for this account, in all services."""
    from moto.core.base_backend import BackendDict

    for store in list(BackendDict._instances):
        store.pop(account_id, None)


def _exists(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    from cachelab.engines.engine import answers

    return answers("127.0.0.1", port)


def _close_all() -> None:
    for open_account in list(_open):
        with contextlib.suppress(Exception):
            open_account.close()
