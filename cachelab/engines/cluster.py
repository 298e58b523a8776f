"""Several Valkey servers that are one cluster."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from .errors import EngineError
from .ports import HOST, free_port
from .valkey import ValkeyServer

SLOTS = 16_384
AGREE_SECONDS = 30.0  # that the nodes may take to hear of each other, on a busy machine


class ValkeyCluster:
    """A cluster of so many shards, each one node with an equal run of slots, started on construction.

    `config` holds further entries of valkey.conf for each node. `nodes` are plain ValkeyServers: kill one,
    freeze one. Nobody takes over for a node that is lost; the others go on with their slots while most of
    them are there.

    Raises EngineError if there is no Valkey, or if the nodes do not agree.
    """

    name = "Valkey cluster"
    is_real = True

    def __init__(self, shards: int = 3, config: Mapping[str, str | int | bool] | None = None) -> None:
        if shards < 1:
            raise ValueError(f"shards={shards!r}: one shard or more")
        settings = {
            "cluster-enabled": True,
            "cluster-announce-ip": HOST,
            "cluster-require-full-coverage": False,
            **(config or {}),
        }
        self.nodes: list[ValkeyServer] = []

        def start(_: int) -> None:
            self.nodes.append(ValkeyServer({**settings, "cluster-port": free_port()}))

        try:
            with ThreadPoolExecutor(shards) as pool:
                list(pool.map(start, range(shards)))  # raises what kept one from starting
            self._join()
        except BaseException:
            self.stop()
            raise

    @property
    def host(self) -> str:
        return self.nodes[0].host

    @property
    def port(self) -> int:
        """Of the first node, which tells a cluster client of the others."""
        return self.nodes[0].port

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Host and port of each node, in the order of their slots."""
        return [(node.host, node.port) for node in self.nodes]

    @property
    def alive(self) -> bool:
        """Whether all nodes are there to answer."""
        return all(node.alive for node in self.nodes)

    @property
    def badge(self) -> str:
        ports = ", ".join(str(node.port) for node in self.nodes)
        return (
            f"real {self.nodes[0].name} {self.nodes[0].version} cluster · {len(self.nodes)} shards · {ports}"
        )

    def client(self, **options: object):
        """A `redis.RedisCluster` for it; the options are passed on."""
        import redis

        return redis.RedisCluster(host=self.host, port=self.port, **options)

    def stop(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.stop()

    def __repr__(self) -> str:
        return self.badge

    def _join(self) -> None:
        clients = [node.client(decode_responses=True) for node in self.nodes]
        edges = [round(number * SLOTS / len(clients)) for number in range(len(clients) + 1)]
        for number, client in enumerate(clients):
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", edges[number], edges[number + 1] - 1)
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            first = self.nodes[0]
            if number:
                meet = (first.host, first.port, first.config["cluster-port"])
                client.execute_command("CLUSTER", "MEET", *meet)
        deadline = time.monotonic() + AGREE_SECONDS
        while not all(self._agrees(client) for client in clients):
            if time.monotonic() > deadline:
                raise EngineError(
                    f"{len(clients)} Valkey nodes did not become a cluster in {AGREE_SECONDS:g} s"
                )
            time.sleep(0.02)
        for client in clients:
            with suppress(OSError):
                client.close()

    def _agrees(self, client) -> bool:
        """Whether this node holds the cluster for healthy, and knows all slots' owners."""
        known = {owner[0] for owner in client.execute_command("CLUSTER", "SLOTS")}
        return (
            len(known) == len(self.nodes) and client.execute_command("CLUSTER INFO")["cluster_state"] == "ok"
        )
