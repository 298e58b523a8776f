"""How virtual time ends: with a word on who waits for whom, on loops, on what is not virtual; and with no
thread left.
"""

import asyncio
import queue
import select
import signal
import socket
import subprocess
import threading
import time
from _thread import allocate_lock
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from cachelab import virtual
from cachelab.virtual import patches, scheduler, watchdog

old_queue = queue.SimpleQueue()


def living() -> set:
    return {thread for thread in threading.enumerate() if thread.is_alive()}


def test_a_deadlock_is_told_with_who_waits_for_what():
    with pytest.raises(virtual.Deadlock) as told, virtual.time():
        one, two = threading.Lock(), threading.Lock()

        def first():
            with one:
                time.sleep(1)
                with two:
                    pass

        def second():
            with two:
                time.sleep(1)
                with one:
                    pass

        threads = [
            threading.Thread(target=first, name="first"),
            threading.Thread(target=second, name="second"),
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    message = str(told.value)
    assert "nobody will ever go on, at 1 s" in message
    assert "main waits for the end of first" in message
    assert "first waits for a lock that second holds, at test_ends.py, line" in message
    assert "second waits for a lock that first holds" in message


def test_a_deadlock_names_events_queues_and_futures():
    with pytest.raises(virtual.Deadlock) as told, virtual.time():
        jobs, full, gate = queue.Queue(), queue.Queue(1), threading.Lock()
        full.put(1)
        gate.acquire()
        waits = {
            "getter": jobs.get,
            "putter": lambda: full.put(2),
            "event": threading.Event().wait,
            "semaphore": threading.Semaphore(0).acquire,
            "barrier": threading.Barrier(2).wait,
            "locker": gate.acquire,
        }
        for name, wait in waits.items():
            threading.Thread(target=wait, name=name).start()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(jobs.get).result()
    for words in (
        "main waits for a future's result",
        "getter waits for something in a queue",
        "putter waits for room in a queue",
        "event waits for an event that nobody has set",
        "semaphore waits for a semaphore",
        "barrier waits for others at a barrier",
        "locker waits for a lock that main holds",
        "ThreadPoolExecutor-0_0 waits for something in a queue",
    ):
        assert words in str(told.value)


def test_a_client_without_a_time_out_waits_for_ever_and_is_named():
    with pytest.raises(virtual.Deadlock, match="an answer from cache:6379 \\(it set no time-out\\)"):
        with virtual.time() as clock:
            cache = clock.cache()
            client = cache.client(socket_timeout=None)
            client.ping()
            cache.freeze()
            client.get("user:42")


def test_a_deadlock_that_is_swallowed_is_told_at_the_end():
    with pytest.raises(virtual.Deadlock):
        with virtual.time():
            try:
                threading.Event().wait()
            except Exception:
                pass


@pytest.mark.parametrize("where", ["main", "a thread"])
def test_an_endless_loop_is_told(where):
    def loop():
        while True:
            pass

    with pytest.raises(virtual.Endless, match="computed for 0.3 s of processor time.*in loop"):
        with virtual.time(budget=0.3):
            if where == "main":
                loop()
            else:
                thread = threading.Thread(target=loop)
                thread.start()
                thread.join()


def test_an_endless_loop_that_swallows_everything_ends_too():
    before = living()

    def loop():
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    with pytest.raises(virtual.Endless):
        with virtual.time(budget=0.3):
            thread = threading.Thread(target=loop)
            thread.start()
            thread.join()
    used = [
        time.clock_gettime(time.pthread_getcpuclockid(thread.ident)) for _ in range(2) if not time.sleep(0.3)
    ]
    assert used[0] == used[1]  # it stands still
    assert living() - before <= {thread}


def test_a_thread_that_was_told_to_end_and_gets_no_processor_may_still_clean_up():
    """As on a busy machine: it is told again once it has computed again, however long that takes."""
    before, cleaned, real = living(), [], allocate_lock()
    real.acquire()

    def polite():
        try:
            while True:
                pass
        finally:
            real.acquire(timeout=0.35)  # in real time, and without the processor
            cleaned.append("polite")

    with pytest.raises(virtual.Endless):
        with virtual.time(budget=0.3):
            thread = threading.Thread(target=polite)
            thread.start()
            thread.join()
    thread_ended(thread)
    assert cleaned == ["polite"] and living() - before == set()


def test_a_thread_that_the_machine_starts_late_does_not_wait_for_real(monkeypatch):
    begin, late = scheduler.Scheduler.enter, allocate_lock()
    late.acquire()

    def enter(self, worker):
        if worker is not self.main:
            late.acquire(timeout=0.7)
        begin(self, worker)

    monkeypatch.setattr(watchdog, "STILL", 2)
    monkeypatch.setattr(scheduler.Scheduler, "enter", enter)
    with virtual.time() as clock:
        thread = threading.Thread(target=time.sleep, args=(5,))
        thread.start()
        thread.join()
        assert clock.now == 5


def test_a_loop_that_watches_the_clock_is_told():
    def spin():
        while time.monotonic() < 5:
            pass

    with pytest.raises(
        virtual.Endless, match="read the clock .* without waiting, at test_ends.py, line .*, in spin"
    ):
        with virtual.time():
            spin()


def test_a_loop_that_waits_for_no_time_is_told():
    with pytest.raises(virtual.Endless, match="the clock stands still"):
        with virtual.time():
            while True:
                time.sleep(0)


def test_a_run_without_end_is_told():
    with pytest.raises(virtual.TooLong, match="1,000 steps, and the run is at 1.0"):
        with virtual.time(steps=1000):
            while True:
                time.sleep(0.001)


def test_no_thread_outlives_it():
    before, cleaned = living(), []

    def polite():
        try:
            while True:
                time.sleep(1)
        finally:
            cleaned.append("polite")

    def deaf():
        while True:
            try:
                time.sleep(1)
            except BaseException:
                cleaned.append("deaf")

    with virtual.time():
        pool = ThreadPoolExecutor(2)
        pool.submit(time.sleep, 1000)
        pool.submit(queue.Queue().get)
        threads = [
            threading.Thread(target=job) for job in (polite, deaf, threading.Event().wait, queue.Queue().get)
        ]
        [thread.start() for thread in threads]
        threading.Timer(1000, print).start()
        time.sleep(5)
    left = living() - before
    deadline = time.monotonic() + 60
    while len(left) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
        left = living() - before
    assert left == {threads[1]}  # it swallowed twenty exceptions, and stands still for good
    assert cleaned.count("polite") == 1 and cleaned.count("deaf") == scheduler.LAST_CHANCES
    assert not scheduler.workers


def test_an_executors_threads_end_without_a_word(capfd):
    with virtual.time():
        ThreadPoolExecutor(2).submit(time.sleep, 1000)
        time.sleep(1)
    assert capfd.readouterr() == ("", "")


def test_a_thread_that_waits_in_real_time_is_told(monkeypatch):
    monkeypatch.setattr(watchdog, "STILL", 5)
    with pytest.raises(
        virtual.WaitsForReal, match="reader waits in real time, at test_ends.py, line .* in read"
    ):
        with virtual.time():

            def read():
                old_queue.get()

            thread = threading.Thread(target=read, name="reader", daemon=True)
            thread.start()
            thread.join()
    old_queue.put(None)  # the thread wakes, in real time, and ends
    thread_ended(thread)


def thread_ended(thread) -> None:
    deadline = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not thread.is_alive()


def test_an_executor_older_than_virtual_time_is_told():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        with pytest.raises(virtual.VirtualTimeError):
            with virtual.time():
                pool.submit(time.sleep, 0.2).result()


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda: asyncio.new_event_loop(), "An asyncio event loop"),
        (lambda: subprocess.run(["true"]), "Another process"),
        (lambda: select.select([], [], [], 1), "select\\(\\)"),
        (
            lambda: redis.Redis(host="db.example.com").ping(),
            "no server at db.example.com:6379 in virtual time",
        ),
        (lambda: socket.create_connection(("127.0.0.1", 9)), "no server at 127.0.0.1:9"),
        (lambda: redis.Redis(unix_socket_path="/tmp/x").ping(), "Only TCP clients"),
        (lambda: redis.Redis(host="cache", ssl=True).ping(), "TLS has no virtual form"),
    ],
)
def test_what_is_not_virtual_is_refused_even_if_the_refusal_is_swallowed(act, told):
    with pytest.raises(virtual.Unsupported, match=told):
        with virtual.time() as clock:
            clock.cache()
            try:
                act()
            except Exception:
                pass


def test_an_interrupt_in_main_ends_everything():
    before = living()
    with pytest.raises(KeyboardInterrupt):
        with virtual.time():
            threading.Thread(target=threading.Event().wait).start()
            raise KeyboardInterrupt
    assert living() - before == set() and not scheduler.workers


def test_an_interrupt_while_time_is_being_replaced_leaves_nothing_replaced(monkeypatch):
    """Whatever it meets: it may come when something is replaced and nobody has noted it yet."""

    class Place:
        name = "real"

        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if value == "virtual":
                signal.raise_signal(signal.SIGINT)

    place, others = Place(), patches._replacements
    ours = (place, "name", lambda real: "virtual")
    monkeypatch.setattr(patches, "_replacements", lambda seed: [ours, *others(seed)])
    sleep = time.sleep
    with pytest.raises(KeyboardInterrupt), virtual.time():
        pytest.fail("it began")
    assert place.name == "real" and time.sleep is sleep and not scheduler.workers


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
@pytest.mark.parametrize("busy", ["waits", "computes"])
def test_an_alarm_in_main_while_another_thread_runs_ends_everything(busy):
    """As when a check gives up on an answer."""
    before = living()

    class TimeIsUp(BaseException):
        pass

    def ring(*_):
        raise TimeIsUp

    def worker():
        while True:
            if busy == "waits":
                time.sleep(0.001)

    kept = signal.signal(signal.SIGALRM, ring)
    try:
        with pytest.raises((TimeIsUp, virtual.VirtualTimeError)):
            with virtual.time(steps=10**7, budget=0.5):
                thread = threading.Thread(target=worker)
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                thread.start()
                thread.join()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, kept)
    thread_ended(thread)
    assert living() - before == set() and not scheduler.workers
    with virtual.time() as clock:
        time.sleep(1)
        assert clock.now == 1


def test_what_outlives_virtual_time_works_in_real_time_or_says_no():
    with pytest.raises(virtual.Deadlock):
        with virtual.time() as clock:
            lock, event, jobs = threading.Lock(), threading.Event(), queue.Queue()
            again = threading.RLock()
            client = clock.cache().client(retry=None)
            client.ping()
            lock.acquire()
            lock.acquire()
    lock.release()
    with lock, again:
        assert lock.locked() and not lock.acquire(timeout=0.01)
    threading.Timer(0.01, event.set).start()
    assert event.wait(60)
    threading.Timer(0.01, jobs.put, [1]).start()
    assert jobs.get(timeout=60) == 1
    with pytest.raises(redis.ConnectionError):
        client.ping()
