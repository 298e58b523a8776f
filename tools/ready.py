"""`make ready`: before a class, every engine is used once and every lesson run from top to bottom.

    python -m tools.ready            all lessons
    python -m tools.ready 00 01 04   those of your agenda
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError

from cachelab import widgets
from tools.kernels import client

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def main(numbers: list[str]) -> int:
    checks = widgets.preflight()
    print(checks)
    troubles = sum(row["state"] == "missing" for row in checks.rows)
    known = {path.stem.partition("_")[0]: path for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    if unknown := set(numbers) - set(known):
        sys.exit(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    print("\nEach lesson, run from top to bottom:")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CACHELAB_PROGRESS"] = str(Path(folder) / "progress.json")  # not yours
        for number in numbers or known:
            trouble, seconds = run(known[number])
            troubles += bool(trouble)
            state = f"FAILED {trouble}" if trouble else "works"
            print(f"  {known[number].stem:32} {seconds:5.0f} s  {state}", flush=True)
    print("\nReady." if not troubles else f"\nNot ready: {troubles} to look at.")
    return int(troubles > 0)


def run(path: Path) -> tuple[str, float]:
    """What went wrong (nothing: ""), and the seconds it took."""
    start, trouble = time.perf_counter(), ""
    notebook = nbformat.read(path, as_version=4)
    try:
        client(notebook, NOTEBOOKS).execute()
    except CellExecutionError as error:
        trouble = f"{error.ename}: {error.evalue}"
    except (TimeoutError, RuntimeError) as error:
        trouble = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return trouble, time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
