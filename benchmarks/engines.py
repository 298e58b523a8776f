"""Starting an engine against spawning its bare binary; a relay against no relay."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from cachelab import engines
from cachelab.engines.relay import Relay

from . import Row

ROUNDS = 7


def rows() -> Iterator[Row]:
    """Yield each ratio with the figures behind it."""
    try:
        yield _valkey()
        yield _postgres()
        yield from _relay()
    finally:
        engines.stop_all()


def _valkey() -> Row:
    binary = sys.modules["cachelab.engines.valkey"].find_server()
    engines.ValkeyServer()  # the watcher is there before the first engine that counts

    def ours() -> None:
        engines.ValkeyServer()

    def bare() -> None:
        port = _free_port()
        process = subprocess.Popen(
            [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
            cwd=directory,
            stdout=subprocess.DEVNULL,
        )
        _until(lambda: redis.Redis(port=port, retry=None).ping(), redis.RedisError)
        started.append(process)

    started: list[subprocess.Popen] = []
    with tempfile.TemporaryDirectory() as directory, _ended(started):
        ratio, detail = _compare(ours, bare, ROUNDS)
    return Row("Valkey: start / bare binary until PING", ratio, 1.5, detail)


def _postgres() -> Row:
    postgres = sys.modules["cachelab.engines.postgres"]
    with tempfile.TemporaryDirectory() as folder, _cache_folder(folder):
        os.chmod(folder, 0o755)
        template = postgres.template("empty")
        copies = [Path(folder, str(number)) for number in range(ROUNDS)]
        user = postgres._unprivileged_user()
        for copy in copies:
            shutil.copytree(template, copy)
            for path in (copy, *copy.rglob("*")) if user else ():
                os.chown(path, *user)
        identity = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
        binary = postgres.find_installation() / "bin" / "postgres"
        password = (template / "cachelab.password").read_text().strip()

        def ours() -> None:
            engines.PostgresServer(template).client().close()

        def bare() -> None:
            port = _free_port()
            process = subprocess.Popen(
                [binary, "-D", copies.pop(), "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"],
                stderr=subprocess.DEVNULL,
                **identity,
            )
            address = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
            _until(lambda: psycopg.connect(address).close(), psycopg.OperationalError)
            started.append(process)

        started: list[subprocess.Popen] = []
        with _ended(started):
            ratio, detail = _compare(ours, bare, ROUNDS)
    return Row("PostgreSQL: copy and start / bare binary", ratio, None, detail)


def _relay() -> Iterator[Row]:
    valkey = engines.valkey()
    with Relay((valkey.host, valkey.port)) as relay:
        direct, through = valkey.client(), redis.Redis(relay.host, relay.port)
        ratio, detail = _compare(lambda: through.get("key"), lambda: direct.get("key"), 4000)
        yield Row("GET through a relay / GET", ratio, 3.0, detail)
        relay.delay = 0.0005
        added = _quartile(lambda: through.get("key"), 400) - _quartile(lambda: direct.get("key"), 400)
        detail = f"{added * 1e6:.0f} µs, lower quartiles of 400"
        yield Row("relay set to 1 ms: round trip it adds / 1 ms", added / 0.001, 1.2, detail)


def _compare(measured: Callable[[], object], floor: Callable[[], object], rounds: int) -> tuple[float, str]:
    """The ratio of the medians of two actions done in turn, and both medians in words."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for action, seconds in zip((measured, floor), times, strict=True):
            started = time.perf_counter()
            action()
            seconds.append(time.perf_counter() - started)
    above, below = map(statistics.median, times)
    return above / below, f"{above * 1e3:.3g} ms / {below * 1e3:.3g} ms, medians of {rounds}"


def _quartile(action: Callable[[], object], rounds: int) -> float:
    """What an action takes when other programs leave it alone, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.quantiles(times, n=4)[0]


def _until(works: Callable[[], object], refusal: type[Exception]) -> None:
    while True:
        try:
            works()
            return
        except refusal:
            time.sleep(0.001)


def _free_port() -> int:
    return sys.modules["cachelab.engines.ports"].free_port()


@contextmanager
def _cache_folder(folder: str) -> Iterator[None]:
    before = os.environ.get("CACHELAB_CACHE")
    os.environ["CACHELAB_CACHE"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["CACHELAB_CACHE"]
        else:
            os.environ["CACHELAB_CACHE"] = before


@contextmanager
def _ended(processes: list[subprocess.Popen]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
            process.wait(10)
