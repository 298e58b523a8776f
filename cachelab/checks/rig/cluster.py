"""A cluster client for checks: it notes what each node is sent, and a node can vanish or own other slots.

It talks to a real Valkey cluster of the checks' own. "Gone" is a port that refuses connections, and an old
table of slots is one in which a slot stands with another node, as after a slot has moved: what the learner's
code meets is what redis-py makes of the real thing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ..verdict import Table
from .cache import HEALTHY, refusing_port

_NAMES = re.compile(rb"\*(\d+)\r\n\$\d+\r\n([A-Za-z_.]+)\r\n(?:\$\d+\r\n([^\r]*)\r\n)?")
_ABOUT_ITSELF = {"HELLO", "CLIENT", "CLUSTER", "COMMAND", "AUTH", "SELECT", "PING", "READONLY", "INFO"}


class Cluster:
    """`client` is what a learner's function is handed; `desk` is the check's own, and in no log.

    `trips` notes what the client sends: (number of the node, from 1; the commands of one trip), each as its
    name and its first argument.
    """

    def __init__(self, addresses: list[tuple[str, int]], log):
        self._ports = [port for _, port in addresses]
        self._gone: dict[int, int] = {}  # port -> one that refuses
        self.trips: list[tuple[int, list[str]]] = []
        rig = self

        class Noting(redis.Connection):
            def send_packed_command(self, command, check_health=True):
                sent = command if isinstance(command, bytes) else b"".join(command)
                found = [(name.decode().upper(), key.decode()) for _, name, key in _NAMES.findall(sent)]
                if any(name not in _ABOUT_ITSELF for name, _ in found):
                    log.go_on()
                    number = rig._ports.index(self.port) + 1
                    rig.trips.append((number, [" ".join(pair).strip() for pair in found]))
                return super().send_packed_command(command, check_health)

            def read_response(self, *args, **named):
                with log.ours("cluster"):
                    return super().read_response(*args, **named)

            def _connect(self):
                port, self.port = self.port, rig._gone.get(self.port, self.port)
                try:
                    return super()._connect()
                finally:
                    self.port = port

        host, port = addresses[0]
        limits = {
            "decode_responses": True,
            "socket_timeout": HEALTHY,
            "socket_connect_timeout": HEALTHY,
            "retry": Retry(NoBackoff(), 0),
        }
        self.desk = redis.RedisCluster(host=host, port=port, **limits)
        self.client = redis.RedisCluster.from_url(f"redis://{host}:{port}", connection_class=Noting, **limits)
        self.desk.flushall()

    def log(self, first: int = 0) -> Table:
        """What was sent since trip number `first`, for a verdict."""
        trips = self.trips[first:]
        rows = [(str(i), f"node {node}", " · ".join(sent)[:90]) for i, (node, sent) in enumerate(trips, 1)]
        more = [("…", f"{len(rows) - 10:,} more", "")] if len(rows) > 10 else []
        return Table("What was sent", ("", "to", "commands"), (*rows[:10], *more))

    def nodes_of(self, keys: list[str]) -> list[int]:
        """The number of the node that each key lives on."""
        return [self._ports.index(self.desk.get_node_from_key(key).port) + 1 for key in keys]

    def slots(self, keys: list[str]) -> list[int]:
        """What the server says their slots are."""
        with self.desk.get_primaries()[0].redis_connection.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.execute_command("CLUSTER KEYSLOT", key)
            return pipe.execute()

    @contextmanager
    def gone(self, *numbers: int) -> Iterator[None]:
        """For the client, these nodes refuse connections; those that are open are cut."""
        ports = [self._ports[number - 1] for number in numbers]
        with refusing_port() as (_, refusing):
            self._gone = dict.fromkeys(ports, refusing)
            self._cut(ports)
            try:
                yield
            finally:
                self._gone = {}
                self._cut(ports)
                self.refresh()

    @contextmanager
    def moved(self, key: str, to: int) -> Iterator[None]:
        """The client's table of slots is old: it believes that node `to` has the key's slot."""
        port = self._ports[to - 1]
        [other] = [node for node in self.client.get_primaries() if node.port == port]
        self.client.nodes_manager.slots_cache[self.client.keyslot(key)] = [other]
        try:
            yield
        finally:
            self.refresh()

    def refresh(self) -> None:
        """Let the client learn the table of slots anew."""
        self.client.nodes_manager.initialize()

    def close(self) -> None:
        self.client.close()
        self.desk.close()

    def _cut(self, ports: list[int]) -> None:
        for node in self.client.get_primaries():
            if node.port in ports and node.redis_connection:
                node.redis_connection.connection_pool.disconnect()
