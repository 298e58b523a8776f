"""A process for one check, in which a learner's code can harm nothing, and which leaves nothing behind.

Why a forked child. The functions to be checked live in the learner's kernel: closures over cells that no
other process has, so they cannot be pickled or imported elsewhere. A fork has them all, on copied memory,
and it can be given a memory limit and be killed: endless loops inside C code, `except:` loops that swallow
every exception, os._exit and 40 GB lists all end as a sentence. In-process threads can do none of that.

Why this is safe in a Jupyter kernel, whose other threads do not survive the fork: the child uses the one
thread it has, opens its own sockets, and points every inherited descriptor (kernel channels, database
connections, the engines' watcher) at /dev/null first, so that nothing it does or finalises reaches the
parent's peers. It leaves by os._exit, past every atexit handler.

Why a keeper between the two. What an answer starts may outlive it, in a session of its own where no signal
to a group reaches it. On Linux an orphan is handed to the nearest ancestor that asked for it (a *subreaper*,
prctl(2)): the keeper does, so that it has every process of the attempt below it, and ends them all.
"""

import ctypes
import faulthandler
import gc
import mmap
import os
import pickle
import re
import select
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cachelab.learner import lines
from cachelab.learner.interrupt import uninterrupted

MEMORY = 400 << 20  # bytes a check may take beyond what the kernel has already mapped
WALL = 60.0  # seconds after which a check is given up, whatever the reason
PROCESSOR = 30.0  # seconds of processor time for everything a check does, ours included

inside = False  # whether this process is the child of a check
possible = hasattr(os, "fork") and sys.platform != "emscripten"
if possible:
    import psutil  # a browser has none
_SUBREAPER, _PARENT_DIES = 36, 1  # of prctl(2)
_shared = mmap.mmap(-1, 4096)  # with the child: what it is calling, should it not live to tell


@dataclass
class Fate:
    """How an attempt in a child ended."""

    said: Any = None  # what it reported
    started: bool = True  # False: it could not even start, which says nothing about the answer
    late: bool = False  # it was given up after WALL seconds
    learners: bool = False  # it was in the learner's code at the end
    where: str = ""  # the learner's line at the end, if it could be seen
    status: int = 0  # as of os.waitpid


def call(text: str, learners: bool) -> None:
    """Note what is being called, and whether the learner's code is under way, for a call that never ends."""
    data = (b"L" if learners else b" ") + text.encode()[:4000]
    _shared[: len(data) + 1] = data + b"\0"


def called() -> str:
    return _shared[1 : _shared.find(b"\0")].decode(errors="replace")


def run(work: Callable[[Callable], None], innermost: str) -> Fate:
    """Do `work(report)` in a child; what it handed to `report`, or how it ended without.

    `innermost`: the name of the function around the learner's code; what called that is not under way."""
    results, report = os.pipe()
    fates, fate = os.pipe()
    keep_open = {results, report, fates, fate}
    stack = tempfile.TemporaryFile()  # where the child's stack is dumped if it will not end
    keeper = 0
    try:
        try:
            with uninterrupted(), warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # "multi-threaded …": see above
                keeper = os.fork()
                if keeper == 0:
                    _keep(work, report, fate, stack)  # does not return
                for number in (report, fate):
                    os.close(number)
                    keep_open.discard(number)
            data, late = _collect(results, WALL)
        finally:  # also when the learner presses stop, and once more
            with uninterrupted():
                status = _end(keeper, fates) if keeper else 0
        stack.seek(0)
        where = _dumped_line(stack.read().decode(errors="replace"), innermost)
        found = Fate(started=bool(data) or late, late=late, where=where, status=status)
        found.learners = _shared[:1] == b"L"
        if len(data) > 1:
            found.said = pickle.loads(data[1:])
        return found
    finally:
        stack.close()
        for number in keep_open:
            os.close(number)


def _collect(pipe: int, seconds: float) -> tuple[bytes, bool]:
    """Everything the child writes until it closes the pipe, and whether it failed to in time."""
    data, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not select.select([pipe], [], [], left)[0]:
            break
        chunk = os.read(pipe, 1 << 16)
        if not chunk:
            return data, False
        data += chunk
    return data[:1], True


def _end(keeper: int, fates: int) -> int:
    """Have the keeper end whatever is left; the child's exit status."""
    with suppress(ProcessLookupError):
        os.kill(keeper, signal.SIGTERM)
    told = b""
    with suppress(OSError):
        told = os.read(fates, 16)  # the end of the file, too, is an answer: somebody has killed the keeper
    with suppress(ChildProcessError):  # somebody else in this kernel waits for every child
        os.waitpid(keeper, 0)
    return int(told or 0)


def _keep(work, report, fate, stack) -> None:
    """Start the child, wait for its end, end everything it has left, say how it ended."""
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _ask_for_orphans()
        ended: list[int] = []
        child = 0

        def end(*_):
            ended.append(1)
            if child:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

        signal.signal(signal.SIGTERM, end)
        child = os.fork()
        if child == 0:
            _child(work, report, stack)
        if ended:
            end()
        os.close(report)
        status = os.waitpid(child, 0)[1]
        child = 0
        _end_descendants()
        os.write(fate, str(status).encode())
    finally:
        os._exit(0)


def _ask_for_orphans() -> None:
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(_SUBREAPER, 1, 0, 0, 0)
        libc.prctl(_PARENT_DIES, signal.SIGTERM, 0, 0, 0)


def _end_descendants() -> None:
    """Kill what is below this process, again until there is nothing: who dies hands on its own children, so
    that who has none to wait for has nothing below."""
    for _ in range(1000):
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.005)


def _child(work, report, stack) -> None:
    try:
        gc.freeze()  # whatever the kernel holds: who looks through it copies it
        os.setpgid(0, 0)
        for number in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _close_inherited({report, stack.fileno()})
        _limit_memory()
        # By the processor's clock, and in C: it ends loops that never come back to Python.
        faulthandler.register(signal.SIGPROF, file=stack, chain=True)
        end_after(PROCESSOR)
        os.write(report, b"r")  # ready: whatever happens from here on is the answer's doing
        work(lambda said: _report(report, said))
    finally:
        os._exit(3)


def end_after(processor_seconds: float) -> None:
    """In a child: end it once it has used so much more processor time, and note where it was."""
    signal.setitimer(signal.ITIMER_PROF, processor_seconds)


def _report(pipe: int, said) -> None:
    data = memoryview(pickle.dumps(said))
    while data:
        data = data[os.write(pipe, data) :]
    os._exit(0)


def _close_inherited(keep: set[int]) -> None:
    """Point every descriptor of the parent at /dev/null: its number stays taken, its peer is out of reach."""
    null = os.open(os.devnull, os.O_RDWR)
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    for number in [int(name) for name in os.listdir(folder)]:
        if number not in keep | {null}:
            try:
                os.fstat(number)
            except OSError:  # the one listdir itself used
                continue
            os.dup2(null, number)


def _limit_memory() -> None:
    """Cap RLIMIT_DATA. (RLIMIT_AS would also count the 64 MB that malloc reserves for each thread.)"""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        mapped = int(re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) << 10
    except (OSError, TypeError):  # macOS does not enforce the limit either
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = mapped + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))


def _dumped_line(dump: str, innermost: str) -> str:
    """The learner's line in faulthandler's dump, which lists the innermost frame first, main thread last."""
    stack = dump.rpartition("(most recent call first)")[2]
    for filename, line, name in re.findall(r'File "([^"]+)", line (\d+) in (\S+)', stack):
        if name == innermost and not lines.is_learners(filename):
            break
        if lines.is_learners(filename):
            return str(lines.Line(filename, int(line)))
    return ""
