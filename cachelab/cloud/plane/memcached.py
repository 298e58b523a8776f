"""Memcached nodes, and the configuration endpoint that tells clients where they are.

Auto discovery (UG "Automatically identify nodes"): a client sends `config get cluster` to the
configuration endpoint and gets a version number and a line of `hostname|ip|port` per node. The number
grows when nodes come or go, and that is how a client notices. Everything else a client sends is passed
on to a node, because on AWS the configuration endpoint is a name for one of them.
"""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pymemcache.exceptions import MemcacheError

from cachelab.engines.memcached import MemcachedServer
from cachelab.engines.ports import free_port
from cachelab.engines.relay import Relay

from .cache_node import CacheNode
from .node import NOWHERE, usable


@dataclass(eq=False)
class MemcachedNode(CacheNode):
    """One memcached process and its address."""

    id: str  # the cluster's
    number: str  # 0001, 0002 …
    zone: str
    arguments: list[str]
    tls: object = None
    status: str = "creating"
    server: MemcachedServer | None = None
    front: Relay | None = None
    created: float = field(default_factory=time.time)

    def start(self) -> None:
        self.server = MemcachedServer(self.arguments)
        if self.tls:
            self.front = Relay(NOWHERE, tls=self.tls)
            self.front.retarget(self.address)

    def restart(self) -> None:
        """Start the process again at the same address: empty, as memcached always is."""
        self.own_connections = 0
        self.server.args = tuple(self.arguments)
        self.server.restart()

    def answers(self, timeout: float = 0.5) -> bool:
        """Whether it says how it is."""
        return self.vitals(timeout) is not None

    def vitals(self, timeout: float = 0.5) -> dict | None:
        """Items and bytes held; None if it does not answer."""
        if not self.alive:
            return None
        self.own_connections += 1
        with contextlib.suppress(OSError, MemcacheError):
            with contextlib.closing(self.server.client(timeout=timeout, connect_timeout=timeout)) as client:
                stats = client.stats()
                return {"keys": int(stats[b"curr_items"]), "used_memory": int(stats[b"bytes"])}
        return None


class Discovery(socketserver.ThreadingTCPServer):
    """Answers `config get cluster`; relays the rest to a node."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, nodes: Callable[[], list[MemcachedNode]], port: int | None = None) -> None:
        self.nodes = nodes
        self.version = 1
        super().__init__(("127.0.0.1", usable(port) or free_port()), _Conversation)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True, name="discovery")
        self.thread.start()

    @property
    def address(self) -> tuple[str, int]:
        return self.server_address[:2]

    def configuration(self) -> bytes:
        """The answer to `config get cluster`."""
        rows = " ".join(f"{host}|{host}|{port}" for host, port in (node.endpoint for node in self.nodes()))
        body = f"{self.version}\n{rows}\n".encode()
        return b"CONFIG cluster 0 %d\r\n%s\r\nEND\r\n" % (len(body), body)

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join(5)


class _Conversation(socketserver.BaseRequestHandler):
    """One client of the configuration endpoint."""

    server: Discovery

    def handle(self) -> None:
        node: socket.socket | None = None
        try:
            while data := self.request.recv(65536):
                question = data.strip().lower()
                if question in (b"config get cluster", b"get amazonelasticache:cluster"):
                    self.request.sendall(self.server.configuration())
                    continue
                if node is None:
                    node = self._connect()
                    threading.Thread(target=_pump, args=(node, self.request), daemon=True).start()
                node.sendall(data)
        except OSError:
            pass  # either side left
        finally:
            if node:
                with contextlib.suppress(OSError):
                    node.shutdown(socket.SHUT_RDWR)
                node.close()

    def _connect(self) -> socket.socket:
        live = [node for node in self.server.nodes() if node.alive]
        if not live:
            raise ConnectionRefusedError("no node of this cluster is up")
        return socket.create_connection(live[0].address, timeout=5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    source.settimeout(None)
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
