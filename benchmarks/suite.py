"""What CI waits for: `make test`, against its budget."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Row

BUDGET = 15 * 60  # seconds on two cores


def rows() -> Iterator[Row]:
    start = time.perf_counter()
    done = subprocess.run(
        ["make", "test"],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took = time.perf_counter() - start
    counts = [line.strip() for line in done.stdout.splitlines() if " passed" in line or " failed" in line]
    detail = f"{took / 60:.1f} min; exit code {done.returncode}; {'; '.join(counts)}"
    yield Row("make test / 15 minutes", took / BUDGET if not done.returncode else float("inf"), 1, detail)
