"""Answers that harm: what each does, and what the verdict must say. `get_user(user_id, cache, db)`, as in
04.3."""

import ctypes
import itertools
import os
import signal
import subprocess
import sys
import threading
import time


def loops_and_swallows_everything(user_id, cache, db):
    while True:
        try:
            cache.get("x")
        except:  # noqa: E722
            pass


def loops_without_a_call(user_id, cache, db):
    while True:
        pass


def loops_inside_c_code(user_id, cache, db):
    return sum(itertools.count())


def sleeps(user_id, cache, db):
    time.sleep(60)


def waits_for_a_lock_nobody_gives_back(user_id, cache, db):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def takes_all_memory(user_id, cache, db):
    pieces = []
    while True:
        pieces.append(bytearray(50_000_000))


def takes_all_memory_at_once(user_id, cache, db):
    return bytearray(1 << 40)


def recurses(user_id, cache, db):
    return recurses(user_id, cache, db)


def exits(user_id, cache, db):
    sys.exit("done")


def ends_the_process(user_id, cache, db):
    os._exit(0)


def kills_itself(user_id, cache, db):
    os.kill(os.getpid(), signal.SIGKILL)


def reads_address_zero(user_id, cache, db):
    ctypes.string_at(0)


def asks_the_learner(user_id, cache, db):
    return input("Which user? ")


def raises_a_base_exception(user_id, cache, db):
    raise KeyboardInterrupt


def leaves_a_process_and_a_thread(user_id, cache, db):
    threading.Thread(target=time.sleep, args=(60,)).start()
    subprocess.Popen(["sleep", "60"])
    return {"user_id": user_id}


class Unpleasant:
    def __eq__(self, other):
        raise ValueError("never compare me")

    def __repr__(self):
        raise ValueError("never print me")


def returns_something_unpleasant(user_id, cache, db):
    return Unpleasant()


def returns_something_endless(user_id, cache, db):
    loop = []
    loop.append(loop)
    return loop


def prints_without_end(user_id, cache, db):
    while True:
        print("x" * 10_000)


def raises_with_a_message_that_cannot_be_printed(user_id, cache, db):
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    raise Mute


def rewires_the_client(user_id, cache, db):
    import redis

    redis.Redis.execute_command = lambda self, *args, **options: None
    type(cache).execute_command = lambda self, *args, **options: None
    time.time = lambda: 0
    return {"user_id": user_id}


def starts_a_session_of_its_own(user_id, cache, db):
    """A process that no signal to the check's group reaches, and its child, handed to whoever takes it."""
    script = "import subprocess; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    process = subprocess.Popen(
        [sys.executable, "-c", script], start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    return {"pids": [process.pid, int(process.stdout.readline())]}


def loops_in_a_thread_and_swallows_everything(user_id, cache, db):
    """In a thread of its own, which nobody waits for."""

    def again():
        while True:
            try:
                cache.get("x")
            except:  # noqa: E722
                pass

    threading.Thread(target=again, daemon=True).start()
    return {}


def loops_over_a_clock_and_swallows_everything(user_id, cache, db):
    while True:
        try:
            time.sleep(0.01)
        except:  # noqa: E722
            pass
