"""The watcher: starts the kernel's engines, and ends them when the kernel is gone.

One per kernel. It is the parent of every engine, so no engine can be started that it does not know,
and it can always collect an engine's exit status. It reads requests from its standard input
(see child.py); when that closes, it ends the engines and removes their directory.

Run as a script, standard library only.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

POSIX = os.name == "posix"
LINUX = sys.platform == "linux"
PATIENCE = 30.0  # seconds for a process that was told to end: it does so when it next has the processor

if LINUX:
    import ctypes

    _libc = ctypes.CDLL(None)
    _PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36

    def _die_with_watcher() -> None:
        # Safe here, unlike in the kernel: the watcher has one thread, which lives as long as it does.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
else:
    _die_with_watcher = None


class Watcher:
    """Answers the kernel's requests; each method named `on_…` is one of them."""

    def __init__(self) -> None:
        self.born = int(time.time())
        self.engines: dict[int, subprocess.Popen] = {}
        self.last_words: dict[int, int] = {}  # the signal that lets an engine tidy up after itself
        self.directory = os.path.realpath(tempfile.mkdtemp(prefix="cachelab-"))
        if POSIX and os.geteuid() == 0:
            os.chmod(self.directory, 0o711)  # PostgreSQL will not run as root: let others pass through
        if LINUX:
            # What an engine leaves behind when it is killed comes to us, and is reaped, also in
            # containers whose first process reaps nothing.
            _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def on_directory(self) -> dict:
        return {"directory": self.directory}

    def on_spawn(self, key, argv, directory, log, environment, user, group, last_words) -> dict:
        options: dict = {}
        if user is not None:
            options = {"user": user, "group": group, "extra_groups": []}
        try:
            with open(log, "ab") as output:
                engine = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=directory,
                    env=environment,
                    start_new_session=True,
                    preexec_fn=_die_with_watcher,
                    **options,
                )
        except (OSError, subprocess.SubprocessError) as error:
            return {"error": f"{argv[0]} could not be started: {error}"}
        self.engines[key] = engine
        if last_words is not None:
            self.last_words[key] = last_words
        return {"pid": engine.pid}

    def on_poll(self, key) -> dict:
        self.reap()
        engine = self.engines.get(key)
        return {"status": engine.returncode if engine else -signal.SIGTERM}

    def on_signal(self, key, signal_number) -> dict:
        self.reap()
        engine = self.engines.get(key)
        if engine and engine.returncode is None:
            engine.send_signal(signal_number)
        return {}

    def on_freeze(self, key) -> dict:
        """SIGSTOP an engine, then all it has started: parents first, so that nothing new appears."""
        told: list[int] = []
        deadline = time.monotonic() + 5
        while new := [pid for pid in self.tree(key) if pid not in told]:
            for pid in new:
                send(pid, signal.SIGSTOP)
            told += new
            # A thread stops when it next has the processor, which on a busy machine is later than now, and
            # until then it may start another. One that waits for a disk may take longer than a caller should:
            # the answer comes then, too.
            while not all(map(has_stopped, new)) and time.monotonic() < deadline:
                time.sleep(0.001)
        return {}

    def on_thaw(self, key) -> dict:
        for pid in reversed(self.tree(key)):
            send(pid, signal.SIGCONT)
        return {}

    def tree(self, key) -> list[int]:
        """An engine that runs and everything it has started, parents first."""
        self.reap()
        engine = self.engines.get(key)
        return descendants([engine.pid]) if engine and engine.returncode is None else []

    def on_kill(self, key) -> dict:
        self.reap()
        engine = self.engines.get(key)
        if engine and engine.returncode is None:
            self.kill_trees([engine])
        return {}

    def reap(self) -> None:
        """Collect the exit status of everything that has ended."""
        if not POSIX:
            for engine in self.engines.values():
                engine.poll()
            return
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for engine in self.engines.values():
                if engine.pid == pid:
                    engine.returncode = os.waitstatus_to_exitcode(status)
                    self.kill_orphans()
                    remove_shared_memory([pid], self.born)

    def kill_orphans(self) -> None:
        """End what an engine that is gone has left running: as its next of kin, we have inherited it.

        Returns when they are gone: one that is still at work could write into what a new engine reads.
        """
        ours = {engine.pid for engine in self.engines.values()}
        orphans = descendants([pid for pid in children_by_parent().get(os.getpid(), ()) if pid not in ours])
        for pid in orphans:
            send(pid, signal.SIGKILL)
        self.wait_until_gone(orphans, time.monotonic() + PATIENCE)
        remove_shared_memory(orphans, self.born)

    def kill_trees(self, engines: list) -> None:
        """SIGKILL each engine and all it has started, and wait until they are gone."""
        if not POSIX:
            for engine in engines:
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(engine.pid)], capture_output=True)
                engine.wait()
            return
        for engine in engines:
            os.kill(engine.pid, signal.SIGSTOP)  # so that it starts nothing new meanwhile
        victims = descendants([engine.pid for engine in engines])
        for pid in reversed(victims):
            send(pid, signal.SIGKILL)
        self.wait_until_gone(victims, time.monotonic() + PATIENCE)
        remove_shared_memory(victims, self.born)

    def wait_until_gone(self, pids: list, deadline: float) -> bool:
        """Reap until none of `pids` is left; False if some are at the deadline."""
        while True:
            self.reap()
            pids = [pid for pid in pids if exists(pid)]
            if not pids or time.monotonic() > deadline:
                return not pids
            time.sleep(0.002)

    def end(self) -> None:
        """End every engine and remove the directory."""
        self.reap()
        running = {key: engine for key, engine in self.engines.items() if engine.returncode is None}
        polite = [engine for key, engine in running.items() if key in self.last_words]
        for key, engine in running.items():
            if key in self.last_words:
                engine.send_signal(self.last_words[key])
        self.kill_trees([engine for key, engine in running.items() if key not in self.last_words])
        if not self.wait_until_gone([engine.pid for engine in polite], time.monotonic() + 2):
            self.kill_trees([engine for engine in polite if engine.returncode is None])
        shutil.rmtree(self.directory, ignore_errors=True)


def send(pid: int, signal_number: int) -> None:
    """Send a signal to a process, if it is still there."""
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        pass


def exists(pid: int) -> bool:
    """Whether a process has this id (a zombie has)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def has_stopped(pid: int) -> bool:
    """Whether every thread of a process has been stopped by a signal, or has ended."""
    if not LINUX:
        listing = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True)
        return listing.stdout.strip()[:1] in ("", "T", "Z")
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return True
    return all(stat(f"{pid}/task/{thread}")[:1] in ([], ["T"], ["Z"], ["X"]) for thread in threads)


def stat(process: str) -> list[str]:
    """What Linux says of a process or a thread: its state, its parent and so on; nothing if it is gone."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode().split()
    except OSError:
        return []


def remove_shared_memory(pids: list, since: int) -> None:
    """Remove what these processes, which are gone, have made since then of the shared memory that no end of a
    process frees: System V's. PostgreSQL's servers have a little of it each, and so has each run of initdb.
    """
    if not pids:
        return
    try:
        with open("/proc/sysvipc/shm", encoding="ascii") as file:
            rows = [list(map(int, line.split())) for line in list(file)[1:]]
    except OSError:  # no Linux, or a kernel without
        return
    for _, segment, _, _, made_by, _, attached, *_, changed, _, _ in rows:
        if made_by in pids and not attached and changed >= since:
            _libc.shmctl(segment, 0, None)  # 0: IPC_RMID


def descendants(pids: list) -> list:
    """These processes, and all that they and theirs have started; parents first."""
    children = children_by_parent()
    found = list(pids)
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def children_by_parent() -> dict:
    """Every process on the machine, listed under its parent."""
    children: dict[int, list[int]] = {}
    if LINUX:  # containers often have no `ps`
        for name in os.listdir("/proc"):
            if name.isdigit() and (found := stat(name)):
                children.setdefault(int(found[1]), []).append(int(name))
    else:
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
        for line in listing.splitlines():
            pid, parent = map(int, line.split())
            children.setdefault(parent, []).append(pid)
    return children


def stay() -> None:
    """From now on SIGTERM changes nothing: told again, or with the kernel, it is tidying up already."""
    signal.signal(signal.SIGTERM, lambda *_: None)


def leave(*_) -> None:
    stay()
    sys.exit(0)


def main() -> None:
    # Handlers, not SIG_IGN: an ignored signal would stay ignored in the engines.
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)
    signal.signal(signal.SIGTERM, leave)
    watcher, trouble = None, None
    try:
        try:
            watcher = Watcher()
        except OSError as error:
            trouble = f"no temporary directory could be made for the engines: {error}"
        for line in sys.stdin.buffer:
            request = json.loads(line)
            number, question = request.pop("number"), request.pop("question")
            if watcher is None:
                answer = {"error": trouble}
            else:
                try:
                    answer = getattr(watcher, f"on_{question}")(**request)
                except Exception as error:
                    answer = {"error": f"{question} failed in the watcher: {error!r}"}
            os.write(1, json.dumps({"number": number, **answer}).encode() + b"\n")
    except BrokenPipeError:
        pass
    finally:
        try:
            stay()
        finally:
            if watcher:
                watcher.end()


if __name__ == "__main__":
    main()
