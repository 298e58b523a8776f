"""Free ports on loopback, outside the range that outgoing connections use.

A port the system would hand out to clients is a trap for a course that kills its servers: on
loopback, a client that keeps retrying a dead server's port is in time given that very port as its
own, connects to itself, and reads its own command back as the answer.
"""

import secrets
import socket
import sys
from pathlib import Path

from .errors import EngineError

HOST = "127.0.0.1"
_FIRST, _LAST = 15_000, 49_151


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now (leftovers of closed connections do not count)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            return True
        except OSError:
            return False


def claim(port: int) -> socket.socket | None:
    """Keep `port` for a server that may be down for a while: until the answer is closed or collected, no
    kernel on this machine is given it by `free_port`. None if another has claimed it.

    The claim is a name in Linux's abstract socket namespace, which ends with its holder however that ends.
    Classes share Linux machines; elsewhere nothing is claimed.
    """
    if sys.platform != "linux":
        return socket.socket()
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind(f"\0cachelab-port-{port}")
    except OSError:
        holder.close()
        return None
    return holder


def free_port() -> int:
    """A port nobody listens on and no kernel has claimed, chosen at random so that kernels starting together
    rarely collide."""
    last = min(_LAST, _first_outgoing_port() - 1)
    if last <= _FIRST:
        last = _LAST  # a machine set up to use nearly all ports for clients: there is no better choice
    for _ in range(200):
        port = _FIRST + secrets.randbelow(last - _FIRST)
        if is_free(port) and (unclaimed := claim(port)):
            unclaimed.close()
            return port
    raise EngineError(f"no free port found on {HOST} in 200 tries between {_FIRST} and {last}")


def _first_outgoing_port() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 49_152  # the range IANA set aside, and what macOS and Windows use
