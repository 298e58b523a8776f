"""Whatever an answer does, the learner gets a verdict, in time, and their kernel is as it was."""

import builtins
import datetime
import gc
import logging
import os
import random
import re
import signal
import socket
import sys
import threading
import time
from _thread import allocate_lock
from types import SimpleNamespace

import botocore.waiter
import psutil
import pytest
import redis

from cachelab import cloud, engines, virtual
from cachelab.checks import attempt, exercise, walls
from cachelab.checks.attempt import settle
from cachelab.checks.rig import lab, unsafe
from cachelab.checks.verdict import Verdict, incorrect
from cachelab.exercises.asserts.crowd import virtual_time
from tests.bank.answers import answers
from tests.oracle import hostile

CASES = [
    (hostile.loops_and_swallows_everything, "broken", r"line \d+: (cache.get|except|pass|while|try)"),
    (
        hostile.loops_without_a_call,
        "broken",
        r"no answer after 0.4 seconds(.|\n)*line \d+: (while True|pass)",
    ),
    (hostile.loops_inside_c_code, "broken", r"line \d+: return sum\(itertools"),
    (hostile.sleeps, "broken", r"line \d+: time.sleep"),
    (hostile.waits_for_a_lock_nobody_gives_back, "broken", r"line \d+: lock.acquire"),
    (hostile.takes_all_memory, "broken", r"MemoryError: it asked for more(.|\n)*line \d+: pieces.append"),
    (hostile.takes_all_memory_at_once, "broken", r"MemoryError"),
    (hostile.recurses, "broken", r"called itself about a thousand times(.|\n)*line \d+: return recurses"),
    (hostile.exits, "broken", r"SystemExit: something called exit\('done'\)(.|\n)*line \d+: sys.exit"),
    (hostile.ends_the_process, "broken", r"ended Python itself, with exit status 0"),
    (hostile.kills_itself, "broken", r"ended Python itself \(signal SIGKILL\)"),
    (hostile.reads_address_zero, "broken", r"ended Python itself \(signal SIGSEGV\)"),
    (hostile.asks_the_learner, "broken", r"a check has nobody to ask(.|\n)*line \d+: return input"),
    (hostile.raises_a_base_exception, "broken", r"KeyboardInterrupt(.|\n)*line \d+: raise KeyboardInterrupt"),
    (hostile.leaves_a_process_and_a_thread, "incorrect", r"it had the keys \['user_id'\]"),
    (hostile.returns_something_unpleasant, "incorrect", r"whose repr\(\) fails with ValueError"),
    (hostile.returns_something_endless, "incorrect", r"it returned \[\[...\]\], a list"),
    (hostile.prints_without_end, "broken", r"no answer after 0.4 seconds(.|\n)*Your code printed"),
    (
        hostile.raises_with_a_message_that_cannot_be_printed,
        "broken",
        r"Mute: \(its message cannot be printed\)",
    ),
    (hostile.rewires_the_client, "incorrect", r"it had the keys \['user_id'\]"),
    (hostile.loops_in_a_thread_and_swallows_everything, "incorrect", r"it had the keys \[\]"),
    (hostile.loops_over_a_clock_and_swallows_everything, "broken", r"line \d+: (time|except|pass|while|try)"),
]
NEEDS_WALLS = {  # nothing inside one process can stop these
    "loops_inside_c_code",
    "takes_all_memory",
    "ends_the_process",
    "kills_itself",
    "reads_address_zero",
    "sleeps",
    "waits_for_a_lock_nobody_gives_back",
    "leaves_a_process_and_a_thread",
    "rewires_the_client",
}


@pytest.fixture
def hurry(monkeypatch, request):
    """The same limits, sooner; filling memory takes its time."""
    if "memory" not in request.node.name:
        monkeypatch.setattr(lab, "PATIENCE", 0.4)


@pytest.mark.parametrize("answer, status, says", CASES, ids=lambda case: getattr(case, "__name__", None))
def test_hostile_answers_end_as_a_sentence(answer, status, says, hurry):
    verdict = exercise("04.3").check(answer)
    assert verdict.status == status, verdict
    assert re.search(says, str(verdict)), verdict
    assert f"{answer.__name__}(" in verdict.message


@pytest.mark.parametrize(
    "answer, status, says",
    [case for case in CASES if case[0].__name__ not in NEEDS_WALLS],
    ids=lambda case: getattr(case, "__name__", None),
)
# The exception that stops the thread can arrive inside a garbage collector's callback, and is sent again.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_fork_a_verdict_still_comes(answer, status, says, hurry, monkeypatch):
    monkeypatch.setattr(walls, "possible", False)
    before = logging.Logger.callHandlers, builtins.hash, time.sleep, time.monotonic
    verdict = exercise("04.3").check(answer)
    assert verdict.status == status, verdict
    assert re.search(says, str(verdict)), verdict
    assert (logging.Logger.callHandlers, builtins.hash, time.sleep, time.monotonic) == before


def test_without_fork_a_wait_that_nothing_ends_is_left_behind(monkeypatch):
    monkeypatch.setattr(walls, "possible", False)
    release = threading.Event()

    def judge():
        with attempt.limit(0.2):
            release.wait()
        return Verdict("correct", ())

    verdict = attempt.attempt(judge)
    release.set()
    assert verdict.status == "broken" and "did not come to an end" in verdict.message


def test_where_a_child_cannot_live_the_check_runs_without(monkeypatch):
    monkeypatch.setattr(walls, "possible", True)
    monkeypatch.setattr(walls, "_child", lambda *args: os._exit(1))  # dies before it says it is ready
    verdict = attempt.attempt(lambda: Verdict("correct", (("", "it ran"),)))
    assert verdict.status == "correct"


def test_the_kernel_is_as_it_was():
    exercise("04.3").check(hostile.exits)  # the first check starts the engine of all checks
    mine = engines.valkey()
    client = mine.client()
    client.set("mine", "kept")
    remembered = {"calls": 0}
    gc.collect()  # clients of earlier tests take their sockets with them
    before = (len(os.listdir("/proc/self/fd")), threading.active_count(), builtins.input, redis.Redis.get)

    def get_user(user_id, cache, db):
        remembered["calls"] += 1
        redis.Redis.get = lambda *args: None
        client.set("mine", "seen from the child")  # a new connection there: the learner's own is out of reach
        open("/proc/self/fd/0")
        return {}

    exercise("04.3").check(get_user)
    gc.collect()
    assert remembered == {"calls": 0}
    after = (len(os.listdir("/proc/self/fd")), threading.active_count(), builtins.input, redis.Redis.get)
    assert after[0] <= before[0] and after[1] <= before[1] and after[2:] == before[2:]
    assert client.ping()
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


def test_an_open_connection_of_the_kernel_survives_what_the_child_does_with_it():
    client = engines.valkey().client()
    connection = client.connection_pool.get_connection()
    try:

        def get_user(user_id, cache, db):
            connection.send_command("QUIT")
            connection.read_response()
            return {}

        verdict = exercise("04.3").check(get_user)
        assert verdict.status == "broken", verdict
        connection.send_command("PING")
        assert connection.read_response() in (b"PONG", "PONG")
    finally:
        client.connection_pool.release(connection)


def test_processes_an_answer_leaves_behind_end_with_the_check(tmp_path):
    note = tmp_path / "pid"

    def get_user(user_id, cache, db):
        import subprocess

        note.write_text(str(subprocess.Popen(["sleep", "60"]).pid))
        return {}

    exercise("04.3").check(get_user)
    pid = int(note.read_text())
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.01)
    else:
        pytest.fail("the process lives on")


def gone(pid: int) -> bool:
    for _ in range(500):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="only Linux hands orphans to whom asks for them")
@pytest.mark.parametrize("end", [lambda: None, lambda: os._exit(0), lambda: os.kill(os.getpid(), 9)])
def test_a_process_in_a_session_of_its_own_ends_with_the_check(end, tmp_path):
    note = tmp_path / "pids"

    def get_user(user_id, cache, db):
        found = hostile.starts_a_session_of_its_own(user_id, cache, db)
        note.write_text(" ".join(map(str, found["pids"])))
        end()
        return found

    exercise("04.3").check(get_user)
    pids = [int(pid) for pid in note.read_text().split()]
    assert len(pids) == 2 and all(map(gone, pids))


PATCHED = (
    lambda: sys.stdout,
    lambda: sys.stderr,
    lambda: time.time,
    lambda: time.sleep,
    lambda: time.monotonic,
    lambda: builtins.input,
    lambda: threading.excepthook,
    lambda: threading.Condition.wait,
    lambda: vars(socket.socket).get("recv"),
    lambda: botocore.waiter.time,
)


@pytest.mark.parametrize(
    "answer",
    [
        hostile.loops_and_swallows_everything,
        hostile.loops_in_a_thread_and_swallows_everything,
        hostile.loops_over_a_clock_and_swallows_everything,
        hostile.loops_without_a_call,
        hostile.prints_without_end,
        hostile.exits,
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_fork_all_that_was_patched_is_back_and_nothing_goes_on(answer, hurry, monkeypatch):
    monkeypatch.setattr(walls, "possible", False)
    exercise("04.3").check(lambda *_: 1)  # starts what checks share
    before = [get() for get in PATCHED]
    threads = set(threading.enumerate())
    exercise("04.3").check(answer)
    assert [get() for get in PATCHED] == before
    for thread in set(threading.enumerate()) - threads:  # each ends, or waits for good
        for _ in range(500):
            if not thread.is_alive() or thread.ident in attempt._parked:
                break
            thread.join(0.02)
        else:
            pytest.fail(f"{thread.name} goes on")


def _left_behind(block, meanwhile):
    """Run a check without fork, whose thread waits in this block for what comes when it is over; then do
    `meanwhile`, and have that thread leave the block. (On a busy machine it may be parked before it can.)"""
    threads, comes = set(threading.enumerate()), allocate_lock()
    comes.acquire()

    def judge():
        with block, attempt.limit(0.2):
            comes.acquire()
        return Verdict("correct", ())

    assert "did not come to an end" in attempt.attempt(judge).message
    [worker] = [each for each in set(threading.enumerate()) - threads if each.name == "check"]
    meanwhile()
    comes.release()
    for _ in range(600):
        worker.join(0.05)
        if not worker.is_alive() or worker.ident in attempt._parked:
            return
    pytest.fail("the thread neither left the block nor was parked")


def test_without_fork_virtual_time_ends_with_its_check(monkeypatch):
    monkeypatch.setattr(walls, "possible", False)

    def patched():
        named = (time.sleep, time.monotonic, threading.Lock, socket.socket, os.urandom, random.random)
        return named, gc.isenabled(), datetime.datetime

    def the_next_check():
        assert patched() == before
        with virtual.time() as clock:
            time.sleep(3600)
            assert clock.now == 3600

    before = patched()
    _left_behind(virtual_time("`get_product(7)`"), the_next_check)
    assert patched() == before


def test_without_fork_what_a_check_replaced_is_put_back_once(monkeypatch):
    """A thread that leaves its block late does not undo what another check has replaced since."""
    monkeypatch.setattr(walls, "possible", False)
    place = SimpleNamespace(name="ours")

    def the_next_check():
        assert place.name == "ours"
        place.name = "the next check's"

    _left_behind(attempt.replaced(place, "name", "a check's"), the_next_check)
    assert place.name == "the next check's"


def test_without_fork_a_late_thread_ends_nobody_elses_watch(monkeypatch):
    monkeypatch.setattr(walls, "possible", False)
    later = unsafe.watched()
    seen = []
    _left_behind(unsafe.watched(), lambda: seen.append(later.__enter__()))
    try:
        eval("1")
        assert seen == [{"eval"}]
    finally:
        later.__exit__(None, None, None)


def test_without_fork_a_check_within_a_check_says_so_and_leaves_the_outer_one_whole(monkeypatch):
    monkeypatch.setattr(walls, "possible", False)
    correct, inner = Verdict("correct", ()), []

    def judge():
        inner.append(attempt.attempt(lambda: correct))
        with attempt.limit(1):
            return correct

    assert attempt.attempt(judge).status == "correct"
    assert "call it outside your functions" in inner[0].message
    assert attempt.attempt(lambda: correct).status == "correct"


@pytest.mark.parametrize("run", [attempt._in_thread, attempt._in_place])
def test_without_fork_an_undo_that_fails_costs_neither_the_verdict_nor_other_undos(run, monkeypatch):
    monkeypatch.setattr(attempt, "_looking", lambda budget: lambda: None)  # a browser's Python is newer
    before, undone = [get() for get in PATCHED], []

    def fails():
        raise ZeroDivisionError("ours")

    def judge():
        attempt.at_end(lambda: undone.append("first"))
        attempt.at_end(fails)
        attempt.at_end(lambda: undone.append("last"))
        return Verdict("correct", (("", "it held"),))

    verdict = run(judge)
    assert verdict.status == "correct" and undone == ["last", "first"]
    says_what_to_report(verdict)
    assert ([get() for get in PATCHED], attempt._undo, attempt._budget) == (before, None, None)
    assert attempt.attempt(lambda: Verdict("correct", ())).evidence == ()  # nothing of it in the next


def says_what_to_report(verdict):
    (report,) = [evidence.text for evidence in verdict.evidence if evidence.caption == "For the report"]
    assert report.startswith(
        "The check could not put back all that it had changed (ZeroDivisionError: ours)."
    )
    assert "Please report it" in report and "in fails" in report


@pytest.mark.parametrize("forks", [True, False])
def test_a_lab_that_cannot_be_cleared_away_costs_no_verdict(forks, monkeypatch):
    monkeypatch.setattr(walls, "possible", forks)
    clock = time.time

    def fails():
        raise ZeroDivisionError("ours")

    def judge():
        with lab.Lab({}) as given:
            given._undo.callback(fails)
            raise incorrect("f(1)", "it returned 2", "3")

    verdict = attempt.attempt(judge)
    assert verdict.status == "incorrect" and "it returned 2" in verdict.message and time.time is clock
    says_what_to_report(verdict)


def test_without_fork_a_check_that_the_learner_stops_leaves_nothing(monkeypatch):
    monkeypatch.setattr(walls, "possible", False)

    def stopped(budget):
        raise KeyboardInterrupt

    monkeypatch.setattr(attempt.Budget, "look_from_outside", stopped)
    threads, asked = set(threading.enumerate()), builtins.input

    def judge():
        while True:
            time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        attempt.attempt(judge)
    assert (builtins.input, attempt._undo, attempt._budget) == (asked, None, None)
    for thread in set(threading.enumerate()) - threads:
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("forks", [True, False])
@pytest.mark.parametrize("id", ["04.3", "03.4"])
def test_a_check_leaks_no_socket_and_nothing_that_was_changed_in_boto3(id, forks, monkeypatch):
    monkeypatch.setattr(walls, "possible", forks)

    def sockets():
        return {(one.fd, one.laddr, one.raddr) for one in psutil.Process().net_connections("tcp")}

    seen = []  # in a child nobody else sees it

    def nothing(*given, **named):
        seen.extend(found_and_changed(each) for each in given if hasattr(each, "meta"))
        return {}

    exercise(id).check(nothing)
    gc.collect()
    gc.disable()
    try:
        before, first = sockets(), seen[:]
        exercise(id).check(nothing)
        assert sockets() <= before
    finally:
        gc.enable()
    assert bool(first) == (id == "03.4" and not forks) and seen == first * 2
    if first:  # nor does the learner's own next client have it
        with cloud.account(provisioning_time=0) as account:
            assert account.client("elasticache").exceptions.ClientError is first[0][0]


def found_and_changed(client):
    """What is found in a boto3 client that others have part in; it is something else afterwards."""
    described = client.meta.service_model.metadata
    found = client.exceptions.ClientError, described["serviceFullName"]
    client.exceptions.ClientError, described["serviceFullName"] = Warning, "changed"
    return found


def test_without_fork_no_check_finds_what_another_has_changed_on_paper(monkeypatch):
    monkeypatch.setattr(walls, "possible", False)
    found = []
    for _ in range(2):
        with lab.prepared(("paper",)) as engines, lab.Lab(engines) as given:
            found.append(found_and_changed(given.paper("shop").client))
    assert found[0] == found[1]


def test_our_own_slowness_is_no_verdict_on_an_answer(monkeypatch):
    """An engine that has stopped answering owes the answer its time: the check could not run."""
    exercise("04.3").check(lambda *_: 1)
    monkeypatch.setattr(walls, "WALL", 4.0)
    server = psutil.Process(lab._engines["valkey"].pid)

    def get_user(user_id, cache, db):
        server.suspend()
        return cache.get("x")

    try:
        verdict = exercise("04.3").check(get_user)
    finally:
        server.resume()
    assert verdict.status == "not attempted" and "could not run" in verdict.message, verdict


def test_a_memcached_that_is_slow_for_once_is_no_verdict_on_an_answer():
    names = next(answer for answer in answers("02.2") if answer.verdict == "correct").names()
    exercise("02.2").check(names["add_points"], names["best"])  # starts what checks share
    server, stalled = psutil.Process(lab._engines["memcached"].pid), []

    def best(mc, count):
        if not stalled:
            stalled.append(server.suspend())
            threading.Timer(0.8, server.resume).start()
        return names["best"](mc, count)

    try:
        verdict = exercise("02.2").check(names["add_points"], best)
    finally:
        server.resume()
    assert verdict.status == "correct", verdict


def test_stopping_the_kernel_stops_the_check():
    kernel = os.getpid()

    def get_user(user_id, cache, db):
        os.kill(kernel, signal.SIGINT)
        while True:
            pass

    before = set(psutil.Process().children())
    with pytest.raises(KeyboardInterrupt):
        exercise("04.3").check(get_user)
    assert set(psutil.Process().children()) == before


def test_stopping_the_kernel_while_it_makes_the_child_leaves_none(monkeypatch):
    """The interrupt arrives when os.fork() is over, and nobody knows yet what it gave."""
    real, before = os.fork, set(psutil.Process().children())

    def fork():
        if child := real():
            signal.raise_signal(signal.SIGINT)
        return child

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(KeyboardInterrupt):
        attempt.attempt(lambda: time.sleep(60))
    assert set(psutil.Process().children()) == before


def test_a_check_that_stumbles_says_so():
    def judge():
        raise ZeroDivisionError("in the check")

    judge.__code__ = judge.__code__.replace(co_filename=attempt.__file__)
    verdict = settle(judge)
    assert verdict.status == "broken" and "the check itself stumbled" in verdict.message


def test_a_settled_verdict_is_the_verdict():
    def judge():
        raise incorrect("f(1)", "it returned 2", "3")

    assert settle(judge).message == "Called: f(1)\nHappened: it returned 2\nExpected: 3"
