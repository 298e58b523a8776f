"""Engines end with their kernel, however it ends, and with nothing else."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.oracle.kernels import PATIENCE

ALL = "started = [engines.valkey(), engines.memcached(), postgres()]\n"
RELAY = "from cachelab.engines.relay import Relay\nrelay = Relay((started[0].host, started[0].port))\n"
REPORT = "say([[e.pid, e.port] for e in started])\n"


def segments() -> set[str]:
    """SysV shared memory on this machine, which no process's end removes."""
    listing = Path("/proc/sysvipc/shm")
    return {line.split()[1] for line in listing.read_text().splitlines()[1:]} if listing.exists() else set()


def test_two_kernels_have_engines_of_their_own(kernels):
    code = ALL + "engines.valkey().client().set(str(os.getpid()), 1)\n" + REPORT
    code += "wait_for_word()\nsay(engines.valkey().client().dbsize())"
    one, two = kernels.start(code), kernels.start(code)
    first, second = one.hear(), two.hear()
    assert not {pid for pid, _ in first} & {pid for pid, _ in second}
    assert not {port for _, port in first} & {port for _, port in second}
    one.kill()
    two.tell()
    assert two.hear() == 1  # its own key, and still there
    assert two.end() == 0
    assert kernels.left() == []


def test_nothing_is_left_of_a_kernel_that_comes_to_its_end(kernels):
    kernel = kernels.start(ALL + RELAY + REPORT + "wait_for_word()\nsys.exit(3)")
    kernel.hear()
    kernel.tell()
    assert kernel.end() == 3
    assert kernels.left() == []


def test_nothing_is_left_after_kill_9(kernels):
    kernel = kernels.start(
        ALL + RELAY + REPORT + "busy = started[2].client(); say(0)\nbusy.execute('select pg_sleep(60)')\n"
    )
    kernel.hear(), kernel.hear()
    assert len(kernels.running()) > 5  # the kernel, its watcher, the engines with PostgreSQL's own children
    lock = next(kernels.directory.glob("cachelab-*/postgres-*/data/postmaster.pid"))
    segment = lock.read_text().splitlines()[6].split()[1]
    time.sleep(0.1)  # let the long query begin
    kernel.kill()
    assert kernels.left() == []
    assert segment not in segments()


def test_nothing_is_left_of_a_kernel_killed_while_it_starts_engines(kernels):
    chance = random.Random(1)
    for _ in range(6):
        kernel = kernels.start("say(0)\n" + ALL + RELAY + "time.sleep(60)")
        kernel.hear()
        time.sleep(chance.uniform(0, 0.5))
        kernel.kill()
    assert kernels.left() == []


def test_an_interrupt_stops_the_cell_and_not_the_engines(kernels):
    kernel = kernels.start(
        ALL + RELAY + REPORT + "before = engines.valkey().pid\n"
        "try:\n    say('sleeping'); time.sleep(60)\nexcept KeyboardInterrupt:\n    pass\n"
        "answers = [engines.valkey().client().ping(), bool(engines.memcached().client().version()),\n"
        "           postgres().client().execute('select 1').fetchone()[0], relay.connections]\n"
        "engines.valkey().kill(); say([before == engines.valkey().pid, *answers])\n"
    )
    kernel.hear(), kernel.hear()
    kernel.interrupt()
    assert kernel.hear() == [False, True, True, 1, 0]
    assert kernel.end() == 0
    assert kernels.left() == []


def test_interrupting_the_start_of_an_engine_leaves_the_kernel_able_to_start_it(kernels):
    kernel = kernels.start(
        "for attempt in range(4):\n"
        "    try:\n        say('starting')\n"
        "        postgres(fresh=True)\n        engines.stop_all()\n        time.sleep(60)\n"
        "    except KeyboardInterrupt:\n        pass\n" + ALL + REPORT
    )
    for pause in (0.01, 0.05, 0.2, 0.5):
        assert kernel.hear() == "starting"
        time.sleep(pause)
        kernel.interrupt()
    assert len(kernel.hear()) == 3
    assert kernel.end() == 0
    assert kernels.left() == []


@pytest.mark.parametrize(
    "offspring",
    [
        "if os.fork() == 0:\n    time.sleep(30)\n    os._exit(0)\n",
        "subprocess.Popen(['sleep', '30'], close_fds=False)\n",
        "from multiprocessing import get_context\n"
        "get_context('fork').Process(target=time.sleep, args=(30,)).start()\n",
    ],
    ids=["fork", "subprocess", "multiprocessing"],
)
def test_what_the_kernel_has_forked_does_not_keep_engines_alive(kernels, offspring):
    kernel = kernels.start("started = [engines.valkey()]\n" + RELAY + offspring + "say(0)\ntime.sleep(60)")
    kernel.hear()
    kernel.kill()
    deadline = time.monotonic() + PATIENCE
    while len(kernels.running()) > 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    (survivor,) = kernels.running()
    assert not list(kernels.directory.glob("cachelab-*")), "the offspring is left, and nothing else"
    os.kill(int(survivor.split()[0]), signal.SIGKILL)


def test_a_forked_process_uses_the_engines_and_cannot_end_them(kernels):
    kernel = kernels.start(
        "valkey = engines.valkey(); valkey.client().set('a', 1)\n"
        "if os.fork() == 0:\n"
        "    assert engines.valkey() is valkey and valkey.alive and valkey.client().get('a') == b'1'\n"
        "    try:\n        valkey.kill()\n"
        "    except engines.EngineError as error:\n        say(str(error))\n"
        "    engines.stop_all()\n"
        "    own = engines.valkey(); say(own.pid != valkey.pid and own.client().ping())\n"
        "    sys.exit()\n"
        "os.wait()\nsay([valkey.alive, valkey.client().get('a').decode()])\n"
    )
    assert "was forked" in kernel.hear()
    assert kernel.hear() is True
    assert kernel.hear() == [True, "1"]
    assert kernel.end() == 0
    assert kernels.left() == []


def test_engines_hold_none_of_the_kernels_output_open(kernels):
    kernel = kernels.start(ALL + RELAY + REPORT + "wait_for_word()\nos.kill(os.getpid(), signal.SIGSTOP)\n")
    engine_pids = [pid for pid, _ in kernel.hear()]
    others = [int(line.split()[0]) for line in kernels.running()]
    pipe = Path(f"/proc/{kernel.process.pid}/fd/1").readlink()
    for pid in {*engine_pids, *others} - {kernel.process.pid}:
        open_files = {path.readlink() for path in Path(f"/proc/{pid}/fd").iterdir()}
        assert pipe not in open_files, pid


def test_a_dead_watcher_takes_its_engines_along_and_the_next_call_starts_anew(kernels):
    kernel = kernels.start(
        "import psutil\nvalkey = engines.valkey()\n"
        "psutil.Process(valkey.pid).parent().kill()\nsay(valkey.pid)\nwait_for_word()\n"
        "say([valkey.alive, engines.valkey().client().ping()])\n"
        "psutil.Process(engines.valkey().pid).parent().kill()\n"
    )
    pid = kernel.hear()
    deadline = time.monotonic() + PATIENCE
    while any(line.startswith(f"{pid} ") for line in kernels.running()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(line.startswith(f"{pid} ") for line in kernels.running())
    kernel.tell()
    assert kernel.hear() == [False, True]
    assert kernel.end() == 0
    assert kernels.left() == []


def test_a_watcher_that_is_told_to_end_again_and_again_tidies_up_all_the_same(kernels):
    kernel = kernels.start(
        "import psutil\nwatcher = psutil.Process(engines.valkey().pid).parent()\n"
        "while watcher.status() != psutil.STATUS_ZOMBIE:\n    watcher.terminate(); time.sleep(0.0005)\n"
        "say(0)\nwait_for_word()\n"
    )
    kernel.hear()
    assert list(kernels.directory.glob("cachelab-*")) == []
    kernel.tell()
    assert kernel.end() == 0
