"""Try everything before a class: every engine is used once, and lessons are run from top to bottom.

    cachelab ready               all lessons
    cachelab ready 00 01 04      those of your agenda

It ends in *Ready.*, or names what is not.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from cachelab.command.trouble import Trouble, needs_the_course


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 04; default: all")


def run(given: argparse.Namespace) -> int:
    needs_the_course("jupyterlab", "ipywidgets", "moto", "psycopg")
    from cachelab import widgets
    from cachelab.checks.course.source import course

    known = {path.stem.partition("_")[0]: path for path in sorted(course("notebooks").glob("*.ipynb"))}
    if unknown := set(given.lessons) - set(known):
        raise Trouble(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    checks = widgets.preflight()
    print(checks)
    troubles = sum(row["state"] == "missing" for row in checks.rows)
    print("\nEach lesson, run from top to bottom:")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CACHELAB_PROGRESS"] = str(Path(folder) / "progress.json")  # not yours
        for number in given.lessons or known:
            trouble, seconds = tried(known[number])
            troubles += bool(trouble)
            state = f"FAILED {trouble}" if trouble else "works"
            print(f"  {known[number].stem:32} {seconds:5.0f} s  {state}", flush=True)
    print("\nReady." if not troubles else f"\nNot ready: {troubles} to look at.")
    return int(troubles > 0)


def tried(path: Path) -> tuple[str, float]:
    """What went wrong (nothing: ""), and the seconds it took."""
    import nbformat
    from nbclient.exceptions import CellExecutionError

    from cachelab.jupyter import client

    start, trouble = time.perf_counter(), ""
    notebook = nbformat.read(path, as_version=4)
    try:
        client(notebook, path.parent).execute()
    except CellExecutionError as error:
        trouble = f"{error.ename}: {error.evalue}"
    except (TimeoutError, RuntimeError) as error:
        trouble = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return trouble, time.perf_counter() - start
