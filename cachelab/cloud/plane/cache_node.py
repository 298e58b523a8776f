"""What every cache node has, whatever its engine: a process, its address, and a relay if it speaks TLS."""

from cachelab.engines.engine import LocalEngine
from cachelab.engines.relay import Relay


class CacheNode:
    """A process and the way to it. `status` is one of AWS's words for a cache node."""

    status: str
    server: LocalEngine | None
    front: Relay | None  # terminates TLS
    own_connections = 0  # the account's own connections to its process so far: no client's traffic

    def kill(self) -> None:
        """SIGKILL, as in an outage."""
        self.server.kill()

    def freeze(self) -> None:
        """SIGSTOP: it accepts connections and answers nothing, until it is thawed or ended."""
        self.server.freeze()

    def thaw(self) -> None:
        self.server.thaw()

    def close(self) -> None:
        """End the process and its relay for good."""
        self.status = "deleting"
        if self.server:
            self.server.kill()
        if self.front:
            self.front.close()

    @property
    def alive(self) -> bool:
        return self.server is not None and self.server.alive

    @property
    def address(self) -> tuple[str, int]:
        """Where the process itself listens, without encryption."""
        return self.server.host, self.server.port

    @property
    def endpoint(self) -> tuple[str, int]:
        """Where clients reach this node."""
        door = self.front or self.server
        return door.host, door.port
