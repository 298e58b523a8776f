"""The course as a learner meets it: from a clone to a served Lab, memory, and how long each lesson runs."""

import contextlib
import os
import re
import socket
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
from nbclient import NotebookClient

from benchmarks import Row

ROOT = Path(__file__).parents[1]
MEMORY_GOAL = 300  # MiB for one learner: Lab server, one kernel, three engines

THREE_ENGINES = """
from cachelab import engines, shop, widgets
valkey, memcached, db = engines.valkey(), engines.memcached(), shop.connect()
valkey.client().set("user:42", "Ada"), memcached.client().set("user:42", "Ada"), db.get_user(42)
"""


def rows() -> Iterator[Row]:
    yield clone_to_lab()
    yield from memory()
    yield from lessons()


def clone_to_lab() -> Row:
    """Clone, `make .venv/lab`, and wait for /lab; against the wait in the environment that is here."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "cachelab"
        with served(Path(sys.executable).with_name("jupyter"), ROOT) as floor:
            pass
        start = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        subprocess.run(["make", "-s", ".venv/lab"], cwd=clone, check=True, stdout=subprocess.DEVNULL)
        set_up = time.perf_counter() - start
        with served(clone / ".venv/bin/jupyter", clone) as serve:
            total = set_up + serve
    detail = f"{total:.1f} s: clone and set-up {set_up:.1f}, start {serve:.1f}; a start here {floor:.1f} s"
    return Row("clone → served Lab / start of an installed Lab", total / floor, detail=detail)


@contextlib.contextmanager
def served(jupyter: Path, folder: Path):
    """A Lab server on a free port; yields the seconds until it served /lab."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.open_browser=False"]
    start = time.perf_counter()
    server = subprocess.Popen(
        [str(jupyter), "lab", "--allow-root", "--IdentityProvider.token=", *options],
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
                raise RuntimeError(f"{jupyter} ended with exit code {server.returncode}")
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
                class_room.enter_context(served(Path(sys.executable).with_name("jupyter"), ROOT))
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
    client = NotebookClient(nb, timeout=120)
    with client.setup_kernel():
        client.execute_cell(nb.cells[0], 0)
        yield


def part(command: list[str]) -> str:
    words = " ".join(command)
    if "ipykernel" in words:
        return "kernels"
    return "Lab servers" if re.search(r"jupyter|lab\b.*ServerApp", words) else "engines"


def lessons() -> Iterator[Row]:
    """Each lesson from kernel start to its last cell, against a kernel that starts and imports nothing."""
    floor = run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), ROOT)[0]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        took, slowest = run(nbformat.read(path, as_version=4), path.parent)
        detail = f"{took:.1f} s, slowest cell {slowest[0]:.1f} s ({slowest[1]}); bare kernel {floor:.1f} s"
        yield Row(f"lesson {path.stem} / bare kernel", took / floor, detail=detail)


def run(nb, folder: Path) -> tuple[float, tuple[float, str]]:
    """Seconds for the whole notebook, and the slowest cell's seconds and id."""
    cells = []
    client = NotebookClient(nb, timeout=120, resources={"metadata": {"path": folder}})
    start = time.perf_counter()
    with client.setup_kernel(env=os.environ | {"CACHELAB_PROGRESS": os.devnull}):
        for index, cell in enumerate(nb.cells):
            before = time.perf_counter()
            client.execute_cell(cell, index)
            cells.append((time.perf_counter() - before, cell.id))
    return time.perf_counter() - start, max(cells)
