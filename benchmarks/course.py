"""The course as a learner meets it: from a clone to a served Lab, memory, and how long each lesson runs."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil

from benchmarks import Row
from cachelab.engines.ports import free_port
from cachelab.jupyter import client

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
MEMORY_GOAL = 300  # MiB for one learner: Lab server, one kernel, three engines

THREE_ENGINES = """
from cachelab import engines, shop, widgets
valkey, memcached, db = engines.valkey(), engines.memcached(), shop.connect()
valkey.client().set("user:42", "Ada"), memcached.client().set("user:42", "Ada"), db.get_user(42)
"""


def rows() -> Iterator[Row]:
    yield from clone()
    yield from memory()
    yield from lessons()


def clone() -> Iterator[Row]:
    """Clone, `make .venv/lab`, wait for /lab, run lesson 00; against the same where all is installed."""
    with tempfile.TemporaryDirectory() as folder:
        copy, cache = Path(folder) / "cachelab", Path(folder) / "cache"
        with served(BIN, ROOT) as floor:
            pass
        first_floor = first_lesson(BIN, ROOT, cache / "floor")
        start = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        subprocess.run(["make", "-s", ".venv/lab"], cwd=copy, check=True, stdout=subprocess.DEVNULL)
        set_up = time.perf_counter() - start
        with served(copy / ".venv/bin", copy) as serve:
            first = first_lesson(copy / ".venv/bin", copy, cache / "clone")
    served_after, floor_first = set_up + serve, floor + first_floor
    detail = f"clone and set-up {set_up:.1f} s, start {serve:.1f} s; a start here {floor:.1f} s"
    yield Row("clone → served Lab / start of an installed Lab", served_after / floor, detail=detail)
    yield Row("clone → served Lab / one minute", served_after / 60, 1, f"{served_after:.1f} s")
    total = served_after + first
    detail = f"{total:.1f} s, of which lesson 00 took {first:.1f}; start and lesson here {floor_first:.1f} s"
    yield Row("clone → first executed lesson / the same, installed", total / floor_first, detail=detail)


def first_lesson(programs: Path, folder: Path, cache: Path) -> float:
    """Seconds that lesson 00 takes from its kernel's start, the shop not yet built."""
    own = {"CACHELAB_CACHE": str(cache), "CACHELAB_PROGRESS": str(cache / "progress.json")}
    command = [str(programs / "jupyter"), "execute", "notebooks/00_start_here.ipynb"]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=os.environ | own, check=True, capture_output=True)
    return time.perf_counter() - start


@contextlib.contextmanager
def served(programs: Path, folder: Path):
    """A Lab server on a free port; yields the seconds until it served /lab."""
    port = free_port()
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.open_browser=False"]
    start = time.perf_counter()
    server = subprocess.Popen(
        [str(programs / "jupyter"), "lab", "--allow-root", "--IdentityProvider.token=", *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                if urllib.request.urlopen(f"http://127.0.0.1:{port}/lab", timeout=30).status == 200:
                    break
            if server.poll() is not None:
                raise RuntimeError(f"{programs / 'jupyter'} ended with exit code {server.returncode}")
            time.sleep(0.05)
        yield time.perf_counter() - start
    finally:
        server.terminate()
        server.wait()


def memory() -> Iterator[Row]:
    """Proportional set size of 1, 5 and 10 idle learners: each a Lab server, a kernel and three engines."""
    one = None
    for learners in (1, 5, 10):
        with contextlib.ExitStack() as class_room:
            for _ in range(learners):
                class_room.enter_context(served(BIN, ROOT))
                class_room.enter_context(kernel_with_engines())
            time.sleep(1)
            parts = {"Lab servers": 0.0, "kernels": 0.0, "engines": 0.0}
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    parts[part(process.cmdline())] += process.memory_full_info().pss / 2**20
        total = sum(parts.values())
        detail = ", ".join(f"{name} {size:.0f}" for name, size in parts.items()) + " MiB PSS"
        if one is None:
            one = total
            yield Row(f"memory of one idle learner / {MEMORY_GOAL} MiB", total / MEMORY_GOAL, 1, detail)
        else:
            ratio = total / one / learners
            yield Row(f"memory of {learners} learners / {learners} × one", ratio, 1.1, detail)


@contextlib.contextmanager
def kernel_with_engines():
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(THREE_ENGINES)])
    running = client(nb)
    with running.setup_kernel():
        running.execute_cell(nb.cells[0], 0)
        yield


def part(command: list[str]) -> str:
    words = " ".join(command)
    if "ipykernel" in words:
        return "kernels"
    return "Lab servers" if re.search(r"jupyter|lab\b.*ServerApp", words) else "engines"


def lessons() -> Iterator[Row]:
    """Each lesson from kernel start to its last cell, against a bare kernel and what its own thread waits."""
    floor, *_ = run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), ROOT)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        took, waited, slowest = run(nbformat.read(path, as_version=4), path.parent)
        detail = (
            f"{took:.1f} s; bare kernel {floor:.1f}, waits {waited:.1f}; "
            f"slowest cell {slowest[0]:.1f} s ({slowest[1]})"
        )
        goal = 3 if waited > 1 else None  # a lesson that hardly waits is mostly its imports
        yield Row(f"lesson {path.stem} / bare kernel + waits", took / (floor + waited), goal, detail)


def run(nb, folder: Path) -> tuple[float, float, tuple[float, str]]:
    """Seconds for the whole notebook; seconds of them its thread waited (for servers, loads, TTLs, nodes) and
    did not compute; the slowest cell's seconds and id."""
    cells, thread_time = [], nbformat.v4.new_code_cell("import time; time.thread_time()")
    running = client(nb, folder)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as own:
        with running.setup_kernel(env=os.environ | {"CACHELAB_PROGRESS": f"{own}/progress.json"}):
            for index, cell in enumerate(nb.cells):
                before = time.perf_counter()
                running.execute_cell(cell, index)
                cells.append((time.perf_counter() - before, cell.id))
            took = time.perf_counter() - start
            nb.cells.append(thread_time)
            running.execute_cell(thread_time, len(nb.cells) - 1)
    computed = float(thread_time.outputs[0].data["text/plain"])
    return took, sum(seconds for seconds, _ in cells) - computed, max(cells)
