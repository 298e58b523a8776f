"""Memcached, where the machine has it: no wheel carries it."""

import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

try:
    import resource
except ImportError:  # not on Windows
    resource = None

from .engine import Engine, LocalEngine, no_process, not_ours
from .errors import EngineError
from .ports import HOST
from .process import Process, run_directory

ADDRESS_VARIABLE = "CACHELAB_MEMCACHED"

_SPARE = 64  # files it opens besides its connections

_HOW_TO_GET_IT = "Install it: apt install memcached (Debian, Ubuntu), brew install memcached (macOS)."


def find_server() -> Path | None:
    """`memcached` on PATH."""
    found = shutil.which("memcached")
    return Path(found) if found else None


class MemcachedServer(LocalEngine):
    """A Memcached server of this kernel's own, started on construction.

    `args`: further arguments of the command line, such as ("-m", "2") for 2 MB. `port`: a free one if
    None. `binary`: which server to run, the result of `find_server()` if None.

    Raises EngineError with the server's last words if it does not start, PortTaken if the port is.
    """

    name = "Memcached"
    _polite = None  # asked to end, it would only take a second longer

    def __init__(
        self,
        args: Sequence[str | int] = (),
        port: int | None = None,
        *,
        binary: str | os.PathLike | None = None,
    ) -> None:
        if isinstance(args, str):
            raise TypeError(f"args={args!r} is one string: give a sequence, such as {tuple(args.split())!r}")
        binary = binary or find_server()
        if binary is None:
            raise EngineError(f"no Memcached found: tried memcached on PATH. {_HOW_TO_GET_IT}")
        self._binary = Path(binary)
        self.args = tuple(str(argument) for argument in args)
        self.directory = run_directory("memcached")
        super().__init__(port)

    @property
    def url(self) -> str:
        """host:port; Memcached has no URLs."""
        return f"{self.host}:{self.port}"

    def client(self, **options: object):
        """A `pymemcache.Client` for this server; every option is passed on, nothing else is set.

        So `default_noreply` is True, as in production: writes are sent and not acknowledged.
        """
        from .memcached_client import Client

        return Client((self.host, self.port), **options)

    def _spawn(self) -> Process:
        # -U 0: no UDP. As root it insists on being told whom to become; then root is the one it can be.
        root = ("-u", "root") if os.name == "posix" and os.geteuid() == 0 else ()
        argv = [self._binary, "-l", self.host, "-p", str(self.port), "-U", "0", *_fewer(), *root, *self.args]
        return Process(argv, self.directory)

    def _greet(self, process: Process) -> str:
        stats = _stats(self.host, self.port, timeout=0.5)  # asked again if need be
        if stats.get("pid") != str(process.pid):
            raise ConnectionError(f"port {self.port} is answered by process {stats.get('pid')}")
        return stats["version"]


def _fewer() -> tuple[str, ...]:
    """The option that lets it start where few files may be open: by itself it wants 1,024 connections."""
    if resource is None:
        return ()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        () if hard == resource.RLIM_INFINITY or hard > 1024 + _SPARE else ("-c", str(max(hard - _SPARE, 16)))
    )


class GivenMemcached(Engine):
    """The server at CACHELAB_MEMCACHED, which somebody else runs."""

    name = "Memcached"

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        try:
            self.host, self.port = host or HOST, int(port)
            self.version = _stats(self.host, self.port)["version"]
        except (OSError, ValueError, KeyError) as error:
            raise EngineError(
                f"{ADDRESS_VARIABLE} is set to {address!r} (host:port is expected), and no Memcached "
                f"answered there: {error}. Correct it, or unset it to use a server of the course's own."
            ) from error

    @property
    def url(self) -> str:
        """host:port; Memcached has no URLs."""
        return f"{self.host}:{self.port}"

    @property
    def badge(self) -> str:
        return f"real {self.name} {self.version} · {ADDRESS_VARIABLE} · {self.host}:{self.port}"

    def client(self, **options: object):
        """A `pymemcache.Client` for this server; every option is passed on, nothing else is set."""
        from .memcached_client import Client

        return Client((self.host, self.port), **options)

    def kill(self) -> None:
        raise not_ours(self.badge)

    restart = stop = kill


class StandInMemcached(Engine):
    """pymemcache's mock client, in this process, where there is no memcached. One cache for all clients.

    It knows the everyday commands; CAS and the meta commands it does not.
    """

    name = "pymemcache mock"
    is_real = False
    host = ""

    def __init__(self) -> None:
        self._contents: dict = {}
        self._up = True

    @property
    def url(self) -> str:
        return "stand-in:0"

    @property
    def badge(self) -> str:
        return "stand-in: pymemcache mock · timings mean nothing here"

    @property
    def alive(self) -> bool:
        return self._up

    def client(self, **options: object):
        """A `MockMemcacheClient`, which takes the options of `pymemcache.Client`."""
        from pymemcache.test.utils import MockMemcacheClient

        stand_in = self

        class Client(MockMemcacheClient):
            @property
            def _contents(self) -> dict:  # where the mock keeps its data: here, shared and mortal
                if not stand_in._up:
                    raise ConnectionRefusedError("the stand-in for Memcached is down")
                return stand_in._contents

            @_contents.setter
            def _contents(self, _: dict) -> None:
                pass

        return Client(**options)

    def kill(self) -> None:
        self._up = False
        self._contents.clear()

    stop = kill

    def freeze(self) -> None:
        raise no_process(self.badge)

    thaw = freeze

    def restart(self) -> None:
        self.kill()
        self._up = True


def _stats(host: str, port: int, timeout: float = 5.0) -> dict[str, str]:
    """What `stats` reports. OSError if nobody answers in memcached's way."""
    with socket.create_connection((host, port), timeout) as connection:
        connection.sendall(b"stats\r\n")
        reader, stats = connection.makefile("rb"), {}
        while (line := reader.readline()) != b"END\r\n":
            word, *rest = line.decode(errors="replace").split(" ", 2)
            if word != "STAT" or len(rest) != 2:
                raise ConnectionError(f"it answered {line!r}")
            stats[rest[0]] = rest[1].strip()
        return stats
