"""Runs one check where a learner's code can harm nothing, and always comes back in time.

Why a forked child. The functions to be checked live in the learner's kernel: closures over cells that no
other process has, so they cannot be pickled or imported elsewhere. A fork has them all, on copied memory,
and it can be given a memory limit and be killed: endless loops inside C code, `except:` loops that swallow
every exception, os._exit and 40 GB lists all end as a sentence. In-process threads can do none of that.

Why this is safe in a Jupyter kernel, whose other threads do not survive the fork: the child uses the one
thread it has, opens its own sockets, and points every inherited descriptor (kernel channels, database
connections, the engines' watcher) at /dev/null first, so that nothing it does or finalises reaches the
parent's peers. It leaves by os._exit, past every atexit handler. Where there is no fork (Windows), or where
forks turn out not to survive (a child dies before it reports ready), the check runs in a thread of the
kernel, with deadlines but without the walls.
"""

import builtins
import faulthandler
import io
import mmap
import os
import pickle
import re
import select
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from cachelab.learner import lines, words

from .verdict import BROKEN, NOT_ATTEMPTED, Settled, Text, Verdict

SECONDS = 8.0  # for the whole check; the promise to the learner is ten
MEMORY = 400 << 20  # bytes a check may take beyond what the kernel has already mapped
PRINTED = 4_000  # characters of the learner's own printing that are kept

_doing = mmap.mmap(-1, 400)  # shared with the child: what it is calling, should it not live to tell
_forks = hasattr(os, "fork") and sys.platform != "emscripten"


class Overtime(BaseException):
    """Raised in the learner's code when its time is up. A BaseException: `except Exception` lets it by."""


def attempt(judge: Callable[[], Verdict], seconds: float | None = None) -> Verdict:
    """The verdict of `judge`, run behind walls; never raises, and takes little more than `seconds`."""
    global _forks
    seconds = seconds or SECONDS
    note("")
    if _forks:
        verdict = _in_child(judge, seconds)
        if verdict is not None:
            return verdict
        _forks = False
    return _in_thread(judge, seconds)


def settle(judge: Callable[[], Verdict]) -> Verdict:
    """Run `judge` and turn whatever comes out, even SystemExit, into a verdict."""
    try:
        return judge()
    except Settled as settled:
        return settled.verdict
    except BaseException as error:  # noqa: B036  a verdict never raises, whatever the learner's code throws
        where = lines.of_error(error)
        if where:
            return _verdict(f"your code stopped with {describe(error)}", where)
        trace = "".join(traceback.format_exception(error)[-4:])
        return _verdict(
            f"the check itself stumbled over this answer ({describe(error)}). Please report it",
            evidence=(Text("For the report", trace),),
        )


def note(text: str) -> None:
    """Say what is about to be called, for a verdict on a call that never comes back."""
    data = text.encode()[: len(_doing)]
    _doing[: len(data)] = data
    _doing[len(data) :] = bytes(len(_doing) - len(data))


def _verdict(happened: str, where: str = "", evidence: tuple = ()) -> Verdict:
    called = bytes(_doing).rstrip(b"\0").decode(errors="replace")
    story = (("Called", called), ("Happened", happened), ("Where", where))
    return Verdict(BROKEN, tuple(part for part in story if part[1]), evidence)


def describe(error: BaseException) -> str:
    """An exception in one line; one that only a check raises, in its words."""
    if isinstance(error, MemoryError):
        return f"MemoryError: it asked for more than the {MEMORY >> 20} MB a check allows"
    return words.describe(error)


# --- deadlines -----------------------------------------------------------------------------------------


class _Clock:
    """Interrupts the learner's code by raising Overtime in it; again and again if the code swallows it."""

    GIVE_UP = 6  # this many swallowed interruptions end the check

    def __init__(self, seconds: float, interrupt: Callable, give_up: Callable):
        self.end = time.monotonic() + seconds
        self.interrupt, self.give_up = interrupt, give_up
        self.strikes, self.where = 0, ""

    @contextmanager
    def limit(self, seconds: float):
        seconds = max(0.05, min(seconds, self.end - time.monotonic()))
        self.strikes, self.where = 0, ""
        stop = self.interrupt(self, seconds)
        try:
            yield seconds
        finally:
            stop()

    def strike(self, frame) -> None:
        """Called when time is up, with the frame that is running."""
        self.strikes += 1
        self.where = self.where or str(lines.in_frame(frame) or '')
        if self.strikes >= self.GIVE_UP:
            self.give_up(self.where)


_clock: _Clock | None = None


@contextmanager
def limit(seconds: float):
    """Give the block so many seconds, then raise Overtime in it. Outside a check: no limit."""
    if _clock is None:
        yield seconds
    else:
        with _clock.limit(seconds) as granted:
            yield granted


def overtime_line() -> str | None:
    """Where the learner's code was when its last limit ran out, even if it hid that; None if it kept it."""
    return _clock.where if _clock and _clock.strikes else None


def _by_signal(clock: _Clock, seconds: float) -> Callable:
    def strike(signum, frame):
        clock.strike(frame)
        raise Overtime

    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    return lambda: signal.setitimer(signal.ITIMER_REAL, 0)


def _by_thread(thread: int) -> Callable:
    from ctypes import c_ulong, py_object, pythonapi

    def interrupt(clock: _Clock, seconds: float) -> Callable:
        over = threading.Event()

        def watch():
            wait = seconds
            while not over.wait(wait) and clock.strikes < clock.GIVE_UP:
                clock.strike(sys._current_frames().get(thread))
                pythonapi.PyThreadState_SetAsyncExc(c_ulong(thread), py_object(Overtime))
                wait = 0.1

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()

        def stop():
            over.set()
            watcher.join()
            pythonapi.PyThreadState_SetAsyncExc(c_ulong(thread), None)  # one may still be on its way

        return stop

    return interrupt


def too_long(where: str = "") -> Verdict:
    return _verdict(
        "your code did not come to an end in time. A loop that never stops, or a wait without a limit?", where
    )


# --- in a child ----------------------------------------------------------------------------------------


def _in_child(judge, seconds) -> Verdict | None:
    """The verdict; None if a child could not even start, which says nothing about the answer."""
    results, report = os.pipe()
    stack = tempfile.TemporaryFile()  # where the child's stack is dumped if it will not end
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # "multi-threaded, fork may deadlock": see above
            pid = os.fork()
        if pid == 0:
            _child(judge, seconds, report, stack)  # does not return
        os.close(report)
        report = None
        try:
            data, late = _collect(results, seconds + 0.7)
        finally:  # also when the learner presses stop
            status = _end(pid)
        if len(data) > 1:
            return pickle.loads(data[1:])
        if not data and not late:
            return None
        stack.seek(0)
        dump = stack.read().decode(errors="replace")
        if late or dump:
            return too_long(_dumped_line(dump))
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            name = signal.Signals(number).name if number in set(signal.Signals) else number
            return _verdict(f"your code ended Python itself (signal {name}): out of memory or stack?")
        return _verdict(
            f"your code ended Python itself, with exit status {os.waitstatus_to_exitcode(status)}"
        )
    except OSError as error:  # no more processes or descriptors: the machine's trouble, not the answer's
        return Verdict(NOT_ATTEMPTED, (("", f"The check could not start a process of its own: {error}."),))
    finally:
        stack.close()
        os.close(results)
        if report is not None:
            os.close(report)


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


def _end(pid: int) -> int:
    """Kill the child, if it still lives, and what its code may have started; its exit status."""
    for kill in (os.killpg, os.kill):  # it may not have made its group yet
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    try:
        return os.waitpid(pid, 0)[1]
    except ChildProcessError:  # somebody else in this kernel waits for every child
        return 0


def _child(judge, seconds, report, stack) -> None:
    global _clock
    try:
        os.setpgid(0, 0)
        for number in (signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        _close_inherited({report, stack.fileno()})
        _limit_memory()
        faulthandler.dump_traceback_later(
            seconds + 0.3, exit=True, file=stack
        )  # a thread in C: stops C loops too
        _clock = _Clock(seconds, _by_signal, lambda where: _report(report, too_long(where)))
        os.write(report, b"r")  # ready: whatever happens from here on is the answer's doing
        with _quiet() as printed:
            verdict = settle(judge)
        _report(report, with_print(verdict, printed))
    finally:
        os._exit(3)


def _report(pipe: int, verdict: Verdict) -> None:
    data = memoryview(pickle.dumps(verdict))
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


def _dumped_line(dump: str) -> str:
    """The learner's line in faulthandler's dump, which lists the innermost frame first, main thread last."""
    for filename, line in re.findall(
        r'File "([^"]+)", line (\d+)', dump.rpartition("(most recent call first)")[2]
    ):
        if lines.is_learners(filename):
            return str(lines.Line(filename, int(line)))
    return ""


# --- in a thread of the kernel, where there is no fork -------------------------------------------------


def _in_thread(judge, seconds) -> Verdict:
    global _clock
    found: list[Verdict] = []
    lock = threading.Lock()

    def say(verdict):
        with lock:
            found.append(verdict)

    def run():
        global _clock
        _clock = _Clock(seconds, _by_thread(threading.get_ident()), lambda where: say(too_long(where)))
        with _quiet() as printed:
            verdict = settle(judge)
        say(with_print(verdict, printed))

    worker = threading.Thread(target=run, daemon=True, name="check")
    worker.start()
    end = time.monotonic() + seconds + 0.5
    while worker.is_alive() and not found and time.monotonic() < end:
        worker.join(0.05)
    _clock = None
    return found[0] if found else too_long()


# --- what the learner's code prints and asks -----------------------------------------------------------


class _Printed(io.StringIO):
    def write(self, text):
        return super().write(text) if self.tell() < PRINTED else len(text)


@contextmanager
def _quiet():
    """Collect what is printed, and refuse to ask: nobody is there to answer."""

    def refuse(prompt=""):
        raise RuntimeError("input() was called, and a check has nobody to ask")

    printed, asked, hook = _Printed(), builtins.input, threading.excepthook
    builtins.input = refuse
    # What stops a thread of the learner's from outside is no Exception, and not theirs to read about.
    threading.excepthook = lambda args: issubclass(args.exc_type, Exception) and hook(args)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield printed
    finally:
        builtins.input, threading.excepthook = asked, hook


def with_print(verdict: Verdict, printed: io.StringIO) -> Verdict:
    text = printed.getvalue().rstrip()
    if not text:
        return verdict
    lines = text[:PRINTED].splitlines()
    return verdict.plus(Text("Your code printed", "\n".join(lines[:20] + (["…"] if len(lines) > 20 else []))))
