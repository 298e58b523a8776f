"""Engine processes: started by the kernel's watcher, so that none outlives the kernel."""

import atexit
import itertools
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .child import Child
from .errors import EngineError

_lock = threading.RLock()
_watcher: Child | None = None
_roots: list[Path] = []  # the watcher's directory, after those of watchers that somebody killed
_keys = itertools.count(1)
_directories = itertools.count(1)


def _the_watcher() -> Child:
    """This kernel's watcher, started at the first need (and again in a forked process)."""
    global _watcher
    with _lock:
        if _watcher is None or not _watcher.alive:
            watcher = Child(Path(__file__).with_name("watcher.py"))
            _roots.append(Path(watcher.ask("directory")["directory"]))
            _watcher = watcher
        return _watcher


def run_directory(name: str) -> Path:
    """A new private directory for one engine; the watcher removes it when the kernel ends."""
    with _lock:
        _the_watcher()
        directory = _roots[-1] / f"{name}-{next(_directories)}"
        directory.mkdir(mode=0o700)
    return directory


def end_all() -> None:
    """End every process of this kernel and remove their directories. Returns when they are gone."""
    global _watcher
    with _lock:
        watcher, _watcher = _watcher, None
        roots, _roots[:] = _roots[:], []
    if watcher is not None and watcher.close():
        roots = roots[:-1]  # it has removed its own, or is still at it
    for root in roots:
        shutil.rmtree(root, ignore_errors=True)


atexit.register(end_all)


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()
    _roots.clear()  # they are the parent's


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Process:
    """One running program: a child of the watcher, in its own session, with its output in a file.

    `directory` is its working directory; `log` the file its output is appended to (default: `log` in
    that directory); `environment` replaces the kernel's; `user` is a (uid, gid) to run as; `last_words`
    a signal that lets it tidy up when the kernel ends (default: it is killed outright).

    Raises EngineError if the program cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str | os.PathLike],
        directory: Path,
        *,
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        user: tuple[int, int] | None = None,
        last_words: int | None = None,
    ) -> None:
        self.argv = [os.fspath(argument) for argument in argv]
        self.directory = directory
        self.log = log or directory / "log"
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self._key = next(_keys)
        self._watcher = _the_watcher()
        self._status: int | None = None
        uid, gid = user or (None, None)
        try:
            self.pid: int = self._watcher.ask(
                "spawn",
                key=self._key,
                argv=self.argv,
                directory=str(directory),
                log=str(self.log),
                environment=dict(environment) if environment is not None else None,
                user=uid,
                group=gid,
                last_words=last_words,
            )["pid"]
        except KeyboardInterrupt:  # asked for, but its id was never read: nobody else could end it
            self._watcher.ask("kill", key=self._key)
            raise

    @property
    def status(self) -> int | None:
        """None while it runs; then its exit code, negative for a signal, as in `subprocess`."""
        if self._status is None:
            if self._watcher.owner != os.getpid():
                return None if _exists(self.pid) else -1
            if not self._watcher.alive:
                self._status = -1
            else:
                self._status = self._watcher.ask("poll", key=self._key)["status"]
        return self._status

    @property
    def alive(self) -> bool:
        """Whether the process is running."""
        return self.status is None

    def kill(self) -> None:
        """SIGKILL the process and everything it has started. Returns when they are gone."""
        if self.alive:
            self._watcher.ask("kill", key=self._key)

    def freeze(self) -> None:
        """SIGSTOP the process and everything it has started: it stays, and does nothing until `thaw()`."""
        if self.alive:
            self._watcher.ask("freeze", key=self._key)

    def thaw(self) -> None:
        """Let it go on where it stopped (SIGCONT)."""
        if self.alive:
            self._watcher.ask("thaw", key=self._key)

    def stop(self, signal_number: int, timeout: float = 5.0) -> None:
        """Send a signal that ends it politely; kill it if it is still there after `timeout` seconds."""
        if not self.alive:
            return
        self._watcher.ask("signal", key=self._key, signal_number=int(signal_number))
        if not self.wait(timeout):
            self.kill()

    def wait(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for it to end; True if it has."""
        deadline = time.monotonic() + timeout
        pause = 0.001
        while self.alive:
            if time.monotonic() > deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)
        return True

    def output(self, lines: int = 8) -> str:
        """The last lines this process has printed."""
        try:
            with self.log.open("rb") as file:
                file.seek(self._log_start)
                text = file.read().decode(errors="replace").strip()
        except OSError as error:
            raise EngineError(f"the log {self.log} cannot be read: {error}") from error
        return "\n".join(text.splitlines()[-lines:])


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
