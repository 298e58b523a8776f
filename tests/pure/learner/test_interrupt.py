"""What a learner's code is charged for: what it used and what it chose to wait for, not a busy machine."""

import signal
import subprocess
import sys
import threading
import time

import pytest

from cachelab.learner import interrupt


class Machine:
    """Stands for the system's clocks, in seconds, and for its account of who was kept waiting."""

    def __init__(self, tasks):
        self.tasks, self.wall, self.ran = tasks, 100.0, 0.0

    def kept(self, thread, seconds):
        (self.tasks / str(thread)).mkdir(exist_ok=True)
        (self.tasks / str(thread) / "schedstat").write_text(f"0 {round(seconds * 1e9)} 1\n")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = Machine(tmp_path)
    monkeypatch.setattr(interrupt, "TASKS", tmp_path)
    monkeypatch.setattr(interrupt, "real_monotonic", lambda: machine.wall)
    monkeypatch.setattr(interrupt, "processor_clock", lambda thread: lambda: machine.ran)
    return machine


def read(meter):
    return tuple(round(seconds, 6) for seconds in meter.read())


def test_the_processors_absence_is_nobodys_waiting(machine):
    machine.kept("mine", 5.0)
    meter = interrupt.Meter(threading.current_thread(), 10.0)
    machine.wall, machine.ran = 104.0, 1.0
    machine.kept("mine", 7.0)
    assert read(meter) == (1.0, 1.0)  # four seconds: one run, two without a processor, one waited


def test_nor_is_that_of_another_thread_which_had_the_interpreter(machine):
    machine.kept("mine", 5.0)
    machine.kept("watchdog", 50.0)
    meter = interrupt.Meter(threading.current_thread(), 10.0)
    machine.wall, machine.ran = 104.0, 1.0
    machine.kept("watchdog", 53.0)
    machine.kept("new", 0.0)
    assert read(meter) == (1.0, 0.0)


def test_a_thread_that_has_ended_takes_nothing_back(machine):
    machine.kept("mine", 5.0)
    machine.kept("gone", 50.0)
    meter = interrupt.Meter(threading.current_thread(), 10.0)
    (machine.tasks / "gone" / "schedstat").unlink()
    machine.wall, machine.ran = 102.0, 1.0
    assert read(meter) == (1.0, 1.0)


def test_where_the_system_does_not_say_a_reading_counts_little(machine):
    meter = interrupt.Meter(threading.current_thread(), 0.1)
    machine.wall = 160.0
    assert read(meter) == (0.0, 0.1)


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="no clocks of threads here")
def test_the_clock_of_a_thread_that_has_ended_stands_at_zero():
    known = []

    def work():
        known.append(interrupt.processor_clock(threading.get_ident()))
        sum(range(10**6))
        known.append(known[0]())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    clock, used = known
    deadline = time.monotonic() + 60
    while clock() and time.monotonic() < deadline:  # Python has let it go; the system is about to
        time.sleep(0.01)
    assert used > 0 == clock()


NEVER_ARRIVED = """
import ctypes, sys, threading
from cachelab.learner.interrupt import take_back
ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), None)
take_back()
sys.settrace(lambda *_: None)
(lambda: 1)()
print("traced, and came to its end")
"""


def test_nobody_waits_for_what_was_taken_back():
    """Without `take_back` the traced function never ends: it is run in a process that can be killed."""
    ended = subprocess.run([sys.executable, "-c", NEVER_ARRIVED], capture_output=True, text=True, timeout=60)
    assert ended.stdout == "traced, and came to its end\n"


def test_an_interrupt_is_raised_at_the_end_of_what_is_done_whole():
    done, before = [], signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        with interrupt.uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")
    assert done == ["whole"] and signal.getsignal(signal.SIGINT) is before


def test_another_thread_puts_nothing_off():
    during = []

    def work():
        with interrupt.uninterrupted():
            during.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert during == [signal.getsignal(signal.SIGINT)]
