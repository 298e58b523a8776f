"""One cache node: a Valkey process with a role, a zone and an address of its own."""

import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab.engines.errors import PortTaken
from cachelab.engines.ports import free_port, is_free
from cachelab.engines.process import run_directory
from cachelab.engines.relay import Relay
from cachelab.engines.tls import authority
from cachelab.engines.valkey import ValkeyServer

from .access import Access
from .cache_node import CacheNode

SYNC_SECONDS = 30.0
SAVE_SECONDS = 30.0
Gone = (redis.RedisError, OSError)


@dataclass
class Blueprint:
    """What all nodes of a cache have in common."""

    settings: dict[str, str]
    access: Access
    cluster_mode: bool = False
    tls: object = None  # the server's certificate, for the relays; None: no encryption
    plain_too: bool = False  # TransitEncryptionMode preferred: the same port takes both
    port: int | None = None  # asked for; on loopback one address of a cache can have it: its main endpoint


NOWHERE = ("127.0.0.1", 1)


def with_histogram(settings: dict[str, str]) -> dict[str, str]:
    """Settings with the engine's latency histogram on: CloudWatch's request latencies are read from it.

    Where `latency-tracking` was not asked for, INFO names commands without figures.
    """
    asked = settings.get("latency-tracking") == "yes"
    shown = "50 99 99.9" if asked else ""
    return settings | {"latency-tracking": "yes", "latency-tracking-info-percentiles": shown}


def certificate() -> object:
    """What a TLS endpoint of the account shows its clients."""
    return authority().server_material(("127.0.0.1", "localhost"))


def usable(port: int | None) -> int | None:
    """The port asked for, if a server of ours could take it now; None, for any free one, if not."""
    return port if port and is_free(port) else None


def open_main_door(blueprint: Blueprint) -> Relay:
    """The address clients are given first: at the port asked for, or where there is room."""
    try:
        return open_door(blueprint, usable(blueprint.port))
    except PortTaken:  # in this moment
        return open_door(blueprint)


def open_door(blueprint: Blueprint, port: int | None = None) -> Relay:
    """An address for clients of this cache, leading nowhere yet."""
    return Relay(NOWHERE, port, tls=blueprint.tls, plain_too=blueprint.plain_too)


def changed(door: Relay, blueprint: Blueprint) -> Relay:
    """The door with the blueprint's encryption: at the same address unless TLS is switched on or off."""
    door.close()
    same = (door.tls is None) == (blueprint.tls is None)
    new = open_door(blueprint, door.port if same else None)
    new.retarget(*door.targets)
    return new


@dataclass
class Vitals:
    """What a node says about itself."""

    role: str
    offset: int
    keys: int
    link_up: bool
    used_memory: int


@dataclass(eq=False)
class Node(CacheNode):
    """A node of a shard."""

    id: str
    zone: str
    blueprint: Blueprint
    number: str = "0001"
    port: int | None = None  # asked for, of a node that is a cluster by itself
    status: str = "creating"
    cut_off: bool = False  # partitioned from its primary
    link: Relay | None = None  # what its replication passes through, if that is delayed or silent
    silent: bool = False  # that link is open and nothing passes
    server: ValkeyServer | None = None
    front: Relay | None = None
    created: float = field(default_factory=time.time)

    # Life.

    def start(self, primary: "Node | None" = None, dump: Path | None = None) -> None:
        """Start the process; as a replica of `primary`, or with the data of an RDB file, or empty."""
        directory = run_directory(self.id)
        (directory / "users.acl").write_text(self.blueprint.access.file())
        (directory / "users.acl").chmod(0o600)
        if dump:
            (directory / "dump.rdb").write_bytes(dump.read_bytes())
        access, settings = self.blueprint.access, self.blueprint.settings
        config = with_histogram(settings) | {
            "aclfile": "users.acl",
            "masteruser": access.admin,
            "masterauth": access.secret,
            "availability-zone": self.zone,
            # Syncing small data this way takes 0.1 s; by default a replica waits for the next second.
            "repl-diskless-sync": "no",
            "repl-diskless-load": "flush-before-load",
        }
        if self.blueprint.tls:
            self.front = open_door(self.blueprint)
        if self.blueprint.cluster_mode:
            config |= {
                "cluster-enabled": "yes",
                "cluster-port": free_port(),
                "cluster-announce-ip": "127.0.0.1",
                "cluster-announce-client-port": self.front.port if self.front else 0,
                "cluster-node-timeout": 5000,
                "cluster-replica-no-failover": "yes",  # AWS decides who is promoted, not the nodes
            }
        elif primary:
            config["replicaof"] = f"{primary.server.host} {primary.server.port}"
        try:
            self.server = ValkeyServer(config, usable(self.port), directory)
        except PortTaken:  # in this moment
            self.server = ValkeyServer(config, directory=directory)
        if not self.server.version:  # a server that asks for a password tells strangers nothing
            with self.admin() as admin:
                self.server.version = admin.info("server").get("valkey_version", "")
        self._catch_up(settings)
        if self.front:
            self.front.retarget(self.address)

    def _catch_up(self, settings: dict[str, str]) -> None:
        """Apply what the blueprint has got since it began to start with `settings`: no change reached it."""
        now = self.blueprint.settings
        if now is not settings:
            self.configure({name: value for name, value in now.items() if settings.get(name) != value})

    def change_front(self) -> None:
        """Follow the blueprint's encryption."""
        if self.front and self.blueprint.tls:
            self.front = changed(self.front, self.blueprint)
        elif self.front:
            self.front.close()
            self.front = None
        elif self.blueprint.tls:
            self.front = open_door(self.blueprint)
            self.front.retarget(self.address)
        if self.blueprint.cluster_mode:
            self.configure({"cluster-announce-client-port": str(self.front.port if self.front else 0)})

    def restart(self) -> None:
        """Start the process again at the same address, empty, with what the blueprint says by now."""
        self.own_connections = 0
        (self.server.directory / "dump.rdb").unlink(missing_ok=True)  # left by a sync or a backup
        (self.server.directory / "users.acl").write_text(self.blueprint.access.file())
        settings = self.blueprint.settings
        self.server.config |= with_histogram(settings)
        self.server.restart()
        self._catch_up(settings)

    # Talking to it.

    @contextlib.contextmanager
    def admin(self, timeout: float = 2.0):
        """A connection as the service's own user, past TLS and past everything clients may not do."""
        self.own_connections += 1
        client = redis.Redis(
            host=self.server.host,
            port=self.server.port,
            username=self.blueprint.access.admin,
            password=self.blueprint.access.secret,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
            protocol=2,
        )
        try:
            yield client
        finally:
            client.close()

    def vitals(self) -> Vitals | None:
        """Its role, replication offset and so on; None if it does not answer."""
        if not self.alive:
            return None
        try:
            with self.admin(timeout=0.5) as admin:
                info = admin.info("everything")
        except Gone:
            return None
        role = "primary" if info["role"] == "master" else "replica"
        return Vitals(
            role=role,
            offset=info["master_repl_offset"] if role == "primary" else info.get("slave_repl_offset", 0),
            keys=sum(db["keys"] for name, db in info.items() if name.startswith("db") and name[2:].isdigit()),
            link_up=role == "primary" or info.get("master_link_status") == "up",
            used_memory=info["used_memory"],
        )

    def answers(self, timeout: float = 1.0) -> bool:
        """Whether it replies to a PING, be it with an error (BUSY, while a script runs)."""
        try:
            with self.admin(timeout) as admin:
                return admin.ping()
        except redis.ResponseError:
            return True
        except Gone:
            return False

    def wait_for_sync(self, seconds: float = SYNC_SECONDS) -> bool:
        """Wait until this replica has its primary's data; False if it does not within `seconds`."""
        deadline = time.monotonic() + seconds
        with self.admin() as admin:
            while time.monotonic() < deadline:
                with contextlib.suppress(*Gone):
                    info = admin.info("replication")
                    if info["role"] == "slave" and info["master_link_status"] == "up":
                        return True
                if not self.alive:
                    return False
                time.sleep(0.01)
        return False

    # Changing it while it runs.

    def configure(self, settings: dict[str, str]) -> None:
        """Apply changed settings; those the engine only takes at start wait for the next start, and so do
        all of them if it is down."""
        if "latency-tracking" in settings:
            settings = with_histogram(settings)
        self.server.config.update(settings)
        if not self.alive:
            return
        with self._unless_it_dies(), self.admin() as admin:
            for name, value in settings.items():
                with contextlib.suppress(redis.ResponseError):
                    admin.config_set(name, value)

    def apply_access(self) -> None:
        """Bring users and passwords up to date. Open connections stay open, as on AWS."""
        with self._unless_it_dies(), self.admin() as admin:
            for command in self.blueprint.access.commands(admin.acl_users()):
                admin.execute_command(*command)

    @contextlib.contextmanager
    def _unless_it_dies(self):
        """What comes back has what it missed: restart() gives it."""
        try:
            yield
        except Gone:
            if self.alive:
                raise

    def save(self, file: Path) -> None:
        """Write a backup (an RDB file) of what the node holds now. Raises TimeoutError if that takes long."""
        deadline = time.monotonic() + SAVE_SECONDS
        asked = False
        with self.admin() as admin:
            while True:
                state = admin.info("persistence")
                if not state["rdb_bgsave_in_progress"]:  # a replica's sync may be using it
                    if asked and state["rdb_last_bgsave_status"] == "ok":
                        break
                    with contextlib.suppress(redis.ResponseError):  # also if a sync ended the last attempt
                        admin.bgsave()
                        asked = True
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.id} did not finish its backup within {SAVE_SECONDS:.0f} s")
                time.sleep(0.01)
        dump = self.server.directory / "dump.rdb"
        file.write_bytes(dump.read_bytes())
        dump.unlink(missing_ok=True)

    def cut(self) -> None:
        """Stop replication to this node, as a network partition would; it keeps serving what it has."""
        with self.admin() as admin:
            admin.config_set("masterauth", "partitioned")  # so that it cannot come back
            admin.execute_command("CLIENT", "KILL", "TYPE", "master")
        self.cut_off = True

    def source(self, primary: "Node") -> tuple[str, int]:
        """Where this replica gets the primary's data: from itself, or through the relay in between."""
        if not self.link:
            return primary.address
        if self.link.targets != [primary.address]:
            self.link.retarget(primary.address)
            self.link.cut()
        return self.link.host, self.link.port

    def pace_link(self, delay: float | None) -> None:
        """Let everything on the link arrive `delay` seconds late; None: it stays open and nothing arrives."""
        self.silent = delay is None
        if self.silent:
            self.link.hang()
        else:
            self.link.delay = delay
            self.link.resume()

    @property
    def link_delay(self) -> float:
        """Seconds that its replication arrives late."""
        link = self.link
        return link.delay if link and not self.silent else 0.0

    def drop_link(self) -> None:
        """No relay in between any more."""
        link, self.link, self.silent = self.link, None, False
        if link:
            link.close()

    def close(self) -> None:
        super().close()
        self.drop_link()

    def mend(self) -> None:
        """End the partition; the node catches up by itself."""
        with self.admin() as admin:
            admin.config_set("masterauth", self.blueprint.access.secret)
        self.cut_off = False
