"""Runs one check where a learner's code can harm nothing, and always comes back with a verdict.

In a child process (walls.py); where there is no fork (Windows), or where forks turn out not to survive (a
child dies before it reports ready), in a thread of the kernel, with deadlines but without the walls; where
there are no threads either (a browser), in the kernel itself, which looks at the time wherever the answer
jumps or calls.

The clock never decides. A call may *use* so many seconds: what its thread runs, and what it waits for by its
own choice. Time for which the machine gave it no processor does not count, nor a wait for one of our engines,
which owe it an answer. (Sleeping takes no time at all: rig/lab.py gives the answer a clock of its own.) If
that takes so long that nobody would wait for it, the verdict is that this check could not run.
"""

import builtins
import io
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress

from cachelab.learner import lines, words
from cachelab.learner.clock import real_monotonic
from cachelab.learner.interrupt import Meter, processor_clock, raise_in, take_back

from . import walls
from .verdict import BROKEN, NOT_ATTEMPTED, Settled, Text, Verdict, could_not_run

SECONDS = 15.0  # that all calls of one check together may use
TICK = 0.05  # seconds between two looks at what a call has used
SLOWER = 3  # times what a call may use, in a browser: its Python is slower, and its only clock is the wall's
PRINTED = 4_000  # characters of the learner's own printing that are kept


class Overtime(BaseException):
    """Raised in the learner's code when its time is up. A BaseException: `except Exception` lets it by."""


class _GivenUp(BaseException):
    """Ends a check in the kernel itself, whose code swallows every Overtime."""


def attempt(judge: Callable[[], Verdict]) -> Verdict:
    """The verdict of `judge`, run behind walls; never raises."""
    if _undo is not None:
        return could_not_run("it was called inside another check: call it outside your functions")
    walls.call("", learners=False)
    _faults.clear()
    if walls.possible:
        verdict = _in_child(judge)
        if verdict is not None:
            return verdict
        walls.possible = False
    return _in_thread(judge) if sys.platform != "emscripten" else _in_place(judge)


def settle(judge: Callable[[], Verdict]) -> Verdict:
    """Run `judge` and turn whatever comes out, even SystemExit, into a verdict."""
    try:
        return judge()
    except Settled as settled:
        return settled.verdict
    except _GivenUp:
        raise
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
    walls.call(text, learners=False)


def _verdict(happened: str, where: str = "", evidence: tuple = ()) -> Verdict:
    story = (("Called", walls.called()), ("Happened", happened), ("Where", where))
    return Verdict(BROKEN, tuple(part for part in story if part[1]), evidence)


def describe(error: BaseException) -> str:
    """An exception in one line; one that only a check raises, in its words."""
    if isinstance(error, MemoryError):
        return f"MemoryError: it asked for more than the {walls.MEMORY >> 20} MB a check allows"
    return words.describe(error)


# --- what a call may use -------------------------------------------------------------------------------


class Budget:
    """What the calls of one check have used; raises Overtime in a call that has used too much, again and
    again if it swallows that."""

    GIVE_UP = 6  # this many swallowed interruptions end the check

    def __init__(self, give_up: Callable[[str], None], slower: float = 1):
        """For the calls that this thread makes."""
        self._meter = Meter(threading.current_thread(), 2 * TICK)
        self._thread = threading.get_ident()
        self._give_up = give_up
        self._between = threading.Lock()  # a look from another thread never falls between two calls
        self._slower = slower
        self._left, self._granted, self._used = SECONDS * slower, 0.0, 0.0
        self._under_way = False
        self.owed: Callable[[], bool] = lambda: False
        """Whether one of our engines owes the call an answer: then its waiting is ours."""
        self.strikes, self.where = 0, ""
        self._raised = False  # in the call, from another thread

    @contextmanager
    def limit(self, seconds: float):
        self._meter.read()  # what was before is nobody's
        self._granted, self._used = max(0.05, min(seconds * self._slower, self._left)), 0.0
        self.strikes, self.where = 0, ""
        walls.call(walls.called(), learners=True)
        self._under_way = True
        try:
            yield
        finally:
            self._under_way = False
            with self._between:
                if self._raised:
                    take_back()  # it may still be on its way
                    self._raised = False
            walls.call(walls.called(), learners=False)
            self._left -= self._used

    def look(self, frame) -> bool:
        """Count what was used since the last look; whether the call, which is at `frame`, has to end."""
        if not self._under_way:
            return False
        ran, waited = self._meter.read()
        self._used += ran + (0.0 if self.owed() else waited)
        if self._used <= self._granted:
            return False
        self.strike(frame)
        return True

    def look_from_outside(self) -> None:
        """The same from another thread, which then interrupts the call."""
        with self._between:
            if self.look(lines.of_thread(self._thread)):
                self._raised = True
                raise_in(self._thread, Overtime)

    def strike(self, frame) -> None:
        """Time is up, and this frame is running."""
        self.strikes += 1
        self.where = self.where or str(lines.in_frame(frame, settle.__code__) or "")
        if self.strikes >= self.GIVE_UP:
            self._give_up(self.where)


_budget: Budget | None = None


@contextmanager
def limit(seconds: float):
    """Let the block use so many seconds, then raise Overtime in it. Outside a check: no limit."""
    if _budget is None:
        yield
    else:
        if walls.inside:
            walls.end_after(seconds + 1)  # loops that never come back to Python, where nothing can be raised
        with _budget.limit(seconds):
            yield
        if walls.inside:
            walls.end_after(walls.PROCESSOR)


def strike() -> None:
    """End the call under way, which has slept for longer than it may."""
    if _budget is not None:
        _budget.strike(sys._getframe(1))
    raise Overtime


def overtime_line() -> str | None:
    """Where the learner's code was when its last limit ran out, even if it hid that; None if it kept it."""
    return _budget.where if _budget and _budget.strikes else None


def engines_owe(owed: Callable[[], bool]) -> None:
    """Ask this whether a call's waiting is for one of our engines."""
    if _budget is not None:
        _budget.owed = owed


def too_long(where: str = "") -> Verdict:
    return _verdict(
        "your code did not come to an end in time. A loop that never stops, or a wait without a limit?", where
    )


# --- in a child ----------------------------------------------------------------------------------------


def _in_child(judge) -> Verdict | None:
    """The verdict; None if a child could not even start, which says nothing about the answer."""
    try:
        fate = walls.run(lambda report: _behind_walls(judge, report), settle.__name__)
    except OSError as error:  # no more processes or descriptors: the machine's trouble, not the answer's
        return Verdict(NOT_ATTEMPTED, (("", f"The check could not start a process of its own: {error}."),))
    if fate.said is not None:
        return fate.said
    if not fate.started:
        return None
    killed = signal.Signals(fate.status & 0x7F) if fate.status & 0x7F in set(signal.Signals) else None
    if fate.late or (killed == signal.SIGPROF and not fate.learners):
        return could_not_run("it took longer than a minute; this machine is too busy just now")
    if killed == signal.SIGPROF:
        return too_long(fate.where)
    if killed:
        return _verdict(f"your code ended Python itself (signal {killed.name}): out of memory or stack?")
    return _verdict(f"your code ended Python itself, with exit status {fate.status >> 8}")


def _behind_walls(judge, report) -> None:
    global _budget
    walls.inside = True
    take_back()  # what was once raised in a thread of the parent's
    _budget = Budget(lambda where: report(too_long(where)))

    def look(signum, frame):
        if _budget.look(frame):
            raise Overtime

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    printed = _quiet(ExitStack())  # nothing has to be put back here
    verdict = settle(judge)
    signal.setitimer(signal.ITIMER_REAL, 0)
    report(_beside(verdict, printed))


# --- in a thread of the kernel, where there is no fork -------------------------------------------------


def _in_thread(judge) -> Verdict:
    """The verdict, from a thread. Whatever that has patched is back when this returns; if it has not ended by
    then, it is interrupted until it does, and so are threads that it has started."""
    found: list[Verdict] = []
    ready = threading.Event()

    def say(verdict: Verdict) -> None:
        found or found.append(verdict)

    def run():
        global _budget
        _budget = Budget(lambda where: say(too_long(where)))
        ready.set()
        with suppress(Overtime, SystemExit):
            say(settle(judge))

    already = set(threading.enumerate())
    worker = threading.Thread(target=run, daemon=True, name="check")
    with _undone():
        printed = _quiet(_undo)
        end = time.monotonic() + walls.WALL
        try:
            worker.start()
            ready.wait()
            while worker.is_alive() and not found and time.monotonic() < end:
                worker.join(TICK)
                _budget.look_from_outside()
        finally:  # also if the learner has stopped the cell
            for stray in [worker, *(each for each in threading.enumerate() if _is_learners(each, already))]:
                if stray.is_alive():
                    threading.Thread(target=_end, args=(stray,), daemon=True, name="end of a check").start()
    verdict = found[0] if found else could_not_run("it took longer than a minute")
    return _beside(verdict, printed)


_undo: ExitStack | None = None
_faults: list[Text] = []  # of ours, in the check under way
_parked: set[int] = set()  # threads of checks that are over, which wait for good


@contextmanager
def _undone() -> Iterator[None]:
    """A check: when the block ends, all is undone that `at_end` was told of."""
    global _budget, _undo
    undo = _undo = ExitStack()
    try:
        yield
    finally:
        _budget = _undo = None
        put_back(undo)


def put_back(undo: ExitStack) -> None:
    """Undo all of it. What fails is a fault of ours: it costs the learner neither their verdict nor the rest
    of it, and stands beside the verdict, to be reported."""
    try:
        undo.close()
    except Exception as error:
        trace = "".join(traceback.format_exception(error))
        said = f"The check could not put back all that it had changed ({describe(error)}). Please report it"
        _faults.append(Text("For the report", f"{said}, and restart the kernel.\n{trace}"))


def at_end(undo: Callable[[], None]) -> None:
    """Call this when the check under way is over, even if its thread goes on."""
    if _undo is not None:
        _undo.callback(undo)


@contextmanager
def replaced(owner, name: str, value) -> Iterator[None]:
    """`owner.name` is this value meanwhile, and no longer than the check under way: its thread may never come
    to leave the block, or come to it when another check has replaced the same. It is put back once."""
    with ExitStack() as undo:
        at_end(undo.close)
        undo.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)
        yield


def park() -> None:
    """Never return: for a thread that takes another step in the world of a check that is over. An exception
    could be swallowed, and the next step would be tried at once."""
    _parked.add(threading.get_ident())
    forever = threading.Lock()
    forever.acquire()
    forever.acquire()


def _is_learners(thread: threading.Thread, already: set[threading.Thread]) -> bool:
    """Whether the learner's code has started this thread, in a check."""
    frame = lines.of_thread(thread.ident)
    return thread not in already and frame is not None and lines.in_frame(frame) is not None


class _ForGood(SystemExit):
    """Parks the thread in which it is raised: it is made before any `except` can swallow it."""

    def __init__(self):
        super().__init__()
        park()


def _end(worker: threading.Thread) -> None:
    """Interrupt a thread until it ends: sooner or later that hits it outside its `try`. One that catches
    everything is parked, and one that waits for good is left waiting."""
    clock, idle, wait, tries = processor_clock(worker.ident), 0, 0.02, 0
    while worker.is_alive() and worker.ident not in _parked and idle < 20:
        used, tries = clock(), tries + 1
        raise_in(worker.ident, SystemExit if tries < 10 else _ForGood)
        worker.join(wait)
        wait = min(wait * 1.1, 0.5)
        idle = idle + 1 if worker.is_alive() and clock() - used < 0.001 else 0


# --- in the kernel itself, where there are no threads either --------------------------------------------


def _in_place(judge) -> Verdict:
    """The verdict. What never ends inside a function that is not the answer's, in C for instance, is not
    seen, and does not end here."""
    global _budget

    def give_up(where):
        raise _GivenUp(where)

    with _undone():
        printed = _quiet(_undo)
        _budget = Budget(give_up, SLOWER)
        _undo.callback(_looking(_budget))
        try:
            verdict = settle(judge)
        except _GivenUp as given_up:
            verdict = too_long(*given_up.args)
    return _beside(verdict, printed)


def _looking(budget: Budget) -> Callable[[], None]:
    """From now on look at the budget wherever learner's code jumps or begins; call the result to stop."""
    watch, tool = sys.monitoring, sys.monitoring.DEBUGGER_ID
    last = real_monotonic()

    def look(code, *_):
        nonlocal last
        if not lines.is_learners(code.co_filename):
            return watch.DISABLE
        if real_monotonic() - last >= TICK:
            last = real_monotonic()
            if budget.look(sys._getframe(1)):
                raise Overtime

    watch.use_tool_id(tool, "cachelab.checks")
    for event in (watch.events.JUMP, watch.events.PY_START):
        watch.register_callback(tool, event, look)
    watch.set_events(tool, watch.events.JUMP | watch.events.PY_START)
    watch.restart_events()  # what was disabled the last time may be somebody else's by now

    def stop():
        watch.set_events(tool, 0)
        watch.free_tool_id(tool)

    return stop


# --- what the learner's code prints and asks -----------------------------------------------------------


class _Printed(io.StringIO):
    def write(self, text):
        return super().write(text) if self.tell() < PRINTED else len(text)


def _quiet(undo: ExitStack) -> io.StringIO:
    """Collect what is printed, until `undo`, and refuse to ask: nobody is there to answer."""

    def refuse(prompt=""):
        raise RuntimeError("input() was called, and a check has nobody to ask")

    printed, asked, hook = _Printed(), builtins.input, threading.excepthook
    undo.callback(setattr, builtins, "input", asked)
    undo.callback(setattr, threading, "excepthook", hook)
    builtins.input = refuse
    # What stops a thread of the learner's from outside is no Exception, and not theirs to read about.
    threading.excepthook = lambda args: issubclass(args.exc_type, Exception) and hook(args)
    undo.enter_context(redirect_stdout(printed))
    undo.enter_context(redirect_stderr(printed))
    return printed


def _beside(verdict: Verdict, printed: io.StringIO) -> Verdict:
    """The verdict with our own faults, and with what the learner's code printed."""
    verdict = verdict.plus(*_faults)
    text = printed.getvalue().rstrip()
    if not text:
        return verdict
    rows = text[:PRINTED].splitlines()
    return verdict.plus(Text("Your code printed", "\n".join(rows[:20] + (["…"] if len(rows) > 20 else []))))
