"""Whatever waits in Python waits in virtual time, in an order that is the same on every run."""

import copy
import datetime
import pickle
import queue
import random
import threading
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from time import monotonic, sleep

import pytest

from cachelab import virtual

early_lock = threading.Lock()  # older than virtual time, as a module's own lock is


def test_clocks_agree_and_nobody_really_waits():
    began = monotonic()
    with virtual.time() as clock:
        wall, steady, nanoseconds = time.time(), time.monotonic(), time.perf_counter_ns()
        sleep(86_400)
        assert clock.now == monotonic() - steady == time.time() - wall == 86_400
        assert time.perf_counter_ns() - nanoseconds == 86_400 * 10**9
        assert datetime.datetime.now(datetime.UTC).isoformat() == "2027-01-16T08:00:00+00:00"
        assert time.gmtime().tm_mday == 16
    assert monotonic() - began < 3600  # of real time


def test_dates_and_texts_of_now_are_virtual():
    with virtual.time() as clock:
        sleep(60)
        assert time.strftime("%M:%S") == "01:00" and "01:00 2027" in time.asctime() == time.ctime()
        assert datetime.date.today().year == datetime.datetime.today().year == 2027
        assert time.strftime("%Y", time.gmtime(0)) == "1970" and time.asctime(time.gmtime(0))[-4:] == "1970"
        with pytest.raises(ValueError, match="non-negative"):
            clock.sleep(-1)


def test_moments_are_plain_and_can_be_pickled_and_copied_by_everybody():
    early, seen = datetime.datetime(2026, 1, 1), []

    class Deadline(datetime.datetime):
        pass

    outside, go = queue.SimpleQueue(), threading.Event()

    def outsider():
        go.wait(60)
        outside.put(pickle.loads(pickle.dumps(early)))

    thread = threading.Thread(target=outsider)
    thread.start()
    with virtual.time():
        for moment in (early, datetime.datetime.now(), datetime.datetime.fromisoformat("2026-01-01")):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                seen.append((moment, pickle.loads(pickle.dumps(moment, protocol))))
            seen.append((moment, copy.deepcopy(moment)))
            assert type(moment) is type(early) and isinstance(moment, datetime.datetime)
        assert type(Deadline.fromisoformat("2026-01-01")) is Deadline
        go.set()
        later = pickle.dumps(datetime.datetime.now(datetime.UTC))
    thread.join()
    assert all(moment == again and type(again) is type(early) for moment, again in seen)
    assert outside.get() == early and pickle.loads(later).tzinfo is datetime.UTC


@pytest.mark.parametrize("seconds", [0.1, 0.3, 1e-9, 1 / 3, 12345.678])
def test_who_slept_finds_at_least_that_much_gone(seconds):
    with virtual.time():
        sleep(0.7)
        for clock in (time.time, time.monotonic, time.perf_counter):
            began = clock()
            sleep(seconds)
            assert seconds <= clock() - began < seconds + 2e-6


def test_a_lock_goes_to_whoever_waited_longest():
    order = []
    with virtual.time() as clock:
        lock = threading.Lock()

        def client(name, arrives):
            sleep(arrives)
            with lock:
                order.append((name, round(clock.now, 3)))
                sleep(1)

        threads = [
            threading.Thread(target=client, args=(name, arrives))
            for name, arrives in [("late", 0.2), ("early", 0.1), ("last", 0.3)]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert order == [("early", 0.1), ("late", 1.1), ("last", 2.1)]


def test_time_outs_of_every_kind_are_to_the_moment():
    with virtual.time() as clock:
        lock, nothing = threading.Lock(), queue.Queue()
        lock.acquire()
        assert not lock.acquire(timeout=0.5) and clock.now == 0.5
        assert not threading.Event().wait(0.5) and clock.now == 1.0
        assert not threading.Semaphore(0).acquire(timeout=0.5) and clock.now == 1.5
        with pytest.raises(queue.Empty):
            nothing.get(timeout=0.5)
        assert clock.now == 2.0
        condition = threading.Condition()
        with condition:
            assert not condition.wait_for(lambda: False, timeout=0.5)
        assert clock.now == 2.5
        thread = threading.Thread(target=sleep, args=(10,))
        thread.start()
        thread.join(0.5)
        assert clock.now == 3.0 and thread.is_alive()
        thread.join()
        assert clock.now == 12.5 and not thread.is_alive()
        with pytest.raises(threading.BrokenBarrierError):
            threading.Barrier(2).wait(0.5)
        assert clock.now == 13.0
        assert not lock.acquire(blocking=False) and clock.now == 13.0


def test_conditions_queues_simple_queues_and_reentrant_locks_hand_over():
    with virtual.time() as clock:
        again = threading.RLock()
        jobs, done = queue.Queue(maxsize=1), queue.SimpleQueue()

        def worker():
            for job in iter(jobs.get, None):
                with again, again:
                    sleep(job)
                    done.put((job, clock.now))
                jobs.task_done()

        threading.Thread(target=worker).start()
        for job in (1, 2, 3):
            jobs.put(job)
        assert clock.now == 1.0  # room for one: the third is put when the first is done
        jobs.join()
        jobs.put(None)
        assert [done.get() for _ in range(3)] == [(1, 1.0), (2, 3.0), (3, 6.0)]


def test_timers_events_and_barriers():
    with virtual.time() as clock:
        told, rung = threading.Event(), []
        timer = threading.Timer(30, lambda: (rung.append(clock.now), told.set()))
        cancelled = threading.Timer(10, rung.append, [0])
        timer.start()
        cancelled.start()
        cancelled.cancel()
        assert told.wait() and rung == [30.0]
        barrier, passed = threading.Barrier(3), []
        threads = [
            threading.Thread(target=lambda s=s: (sleep(s), barrier.wait(), passed.append(clock.now)))
            for s in (1, 2, 3)
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert passed == [33.0] * 3


def test_executors_run_in_virtual_time():
    with virtual.time() as clock, ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(sleep, seconds) for seconds in (3, 1, 1)]
        done, rest = wait(futures, return_when=FIRST_COMPLETED)
        assert len(done) == 1 and len(rest) == 2 and clock.now == 1.0
        assert list(pool.map(lambda x: (sleep(x), clock.now)[1], [1])) == [3.0]


def test_a_lock_older_than_virtual_time_is_waited_for_in_virtual_time():
    class Breaker:
        def __init__(self):
            self.lock = threading.RLock()

    global breaker
    breaker = Breaker()
    real, older = early_lock, breaker.lock
    with virtual.time() as clock:

        def holder():
            with early_lock, breaker.lock:
                sleep(5)

        thread = threading.Thread(target=holder)
        thread.start()
        sleep(1)
        assert early_lock.locked()
        with breaker.lock:
            assert clock.now == 5.0
        thread.join()
    assert early_lock is real and breaker.lock is older


def test_chance_is_the_seeds_and_is_put_back():
    def draw(seed):
        with virtual.time(seed=seed):
            return random.random(), uuid.uuid4(), uuid.uuid1(), random.SystemRandom().random()

    random.seed(5)
    expected = random.random()
    random.seed(5)
    first, second, third = draw(1), draw(1), draw(2)
    assert first == second and not set(first) & set(third)
    assert random.random() == expected
    assert uuid.uuid4() != uuid.uuid4()


def test_threads_outside_live_in_real_time():
    seen, go, gone = [], threading.Event(), threading.Event()

    def outsider():
        go.wait(60)
        seen.extend([time.time(), type(threading.Lock())])
        gone.set()

    thread = threading.Thread(target=outsider)
    thread.start()
    with virtual.time():
        sleep(10**7)
        go.set()
        thread_is_real = gone._flag  # looked at, not waited for
        del thread_is_real
    thread.join()
    assert abs(seen[0] - time.time()) < 3600 and seen[1] is type(threading.Lock())


def test_nothing_stays_patched():
    import asyncio
    import os
    import socket
    import subprocess

    def everything():
        return [
            time.sleep, time.time, time.monotonic, sleep, monotonic, datetime.datetime,
            threading.Lock, threading._allocate_lock, threading._CRLock, threading._counter,
            threading.Thread.join, threading.Thread.is_alive, queue.SimpleQueue, ThreadPoolExecutor._counter,
            socket.socket, socket.getaddrinfo, os.urandom, os.fork, asyncio.run, subprocess.Popen.__init__,
        ]  # fmt: skip

    before = everything()
    with virtual.time():
        inside = everything()
    with pytest.raises(ZeroDivisionError), virtual.time():
        1 / 0  # noqa: B018
    assert everything() == before
    assert not any(a is b for a, b in zip(inside, before, strict=True))


def test_nested_use_is_refused_and_a_second_one_is_not():
    with virtual.time():
        with pytest.raises(RuntimeError, match="one `with virtual.time\\(\\)` at a time"):
            with virtual.time():
                pass
        sleep(1)
    with virtual.time() as clock:
        assert clock.now == 0


def test_it_can_be_used_from_a_thread():
    seen = []

    def use():
        with virtual.time() as clock:
            sleep(3)
            seen.append(clock.now)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert seen == [3.0]


def test_a_clock_that_stands_says_so():
    with virtual.time() as clock:
        cache = clock.cache()
    for call in (clock.cache, lambda: clock.sleep(1), lambda: clock.at(1, print)):
        with pytest.raises(RuntimeError, match="This clock stands"):
            call()
    with pytest.raises(ValueError, match="seed=1.5"), virtual.time(seed=1.5):
        pass
    assert "cache:6379" in repr(cache)
