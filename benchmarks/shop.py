"""How long until a kernel's first query to the shop is answered, against the bare server on ready data.

And against that plus `cp`: each kernel gets a copy of the data, and copying takes what the disk takes.
"""

import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from benchmarks import Row
from cachelab import shop
from cachelab.shop.distance import at_distance
from cachelab.shop.queries import Database

ROUNDS = 8


def rows() -> Iterator[Row]:
    """Started in turns, forwards and backwards: whoever comes after a copy was removed waits for the disk."""
    shop.template()
    ready = shop.start()
    ready.stop()
    ours, bare, copying = [], [], []
    turns = [(ours, _from_template), (bare, lambda: _bare(ready)), (copying, _copy)]
    for _ in range(ROUNDS):
        for times, start in turns:
            times.append(_timed(start))
        turns.reverse()
    mine, floor, copy = map(statistics.median, (ours, bare, copying))
    raw = f"{mine * 1e3:.0f} ms against {floor * 1e3:.0f} ms"
    yield Row("shop from template to first answer / bare postgres", mine / floor, detail=raw)
    raw = f"{raw} + {copy * 1e3:.0f} ms for {_megabytes(shop.template()):.0f} MB, medians of {ROUNDS}"
    yield Row("the same / cp and bare postgres", mine / (floor + copy), goal=1.5, detail=raw)


def _timed(start: Callable[[], Callable[[], object]]) -> float:
    """Seconds until `start` has an answer; what it returns then ends the server, off the clock."""
    begun = time.perf_counter()
    end = start()
    seconds = time.perf_counter() - begun
    end()
    return seconds


def _from_template() -> Callable[[], object]:
    server = shop.start()
    with Database(at_distance(server)) as db:
        db.get_user(42)
    return server.stop


def _bare(ready) -> Callable[[], object]:
    """The same program with the same arguments, with nothing of ours around it."""
    user, group = ready._user or (None, None)  # root may not run it
    server = subprocess.Popen(
        ready._process.argv,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **({"user": user, "group": group, "extra_groups": []} if user is not None else {}),
    )
    while True:
        try:
            with psycopg.connect(ready.url) as connection:
                connection.execute("SELECT * FROM users WHERE user_id = 42").fetchone()
            break
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise
            time.sleep(0.002)

    def end() -> None:
        server.send_signal(getattr(signal, "SIGINT", signal.SIGTERM))
        server.wait(30)

    return end


def _copy() -> Callable[[], object]:
    folder = Path(tempfile.mkdtemp(prefix="cachelab-bench-"))
    subprocess.run(["cp", "-r", shop.template(), folder], check=True)
    return lambda: shutil.rmtree(folder)


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
