"""Try everything before a class: each engine is used once, lessons and exercises are run from top to bottom.

    cachelab ready               all lessons
    cachelab ready 00 01 04      those of your agenda, with their exercises

Exercises are run as given: each check has to say that nothing was attempted. It ends in *Ready*, or names
what is not; that last line is what a learner sends to whoever teaches.
"""

import argparse
import os
import tempfile
import time
import webbrowser
from pathlib import Path

from cachelab.command.trouble import Trouble, needs_the_course


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 04; default: all")


def run(given: argparse.Namespace) -> int:
    needs_the_course("jupyterlab", "ipywidgets", "moto", "psycopg")
    from cachelab import widgets

    paths = notebooks(given.lessons)
    rows = [*widgets.preflight().rows, browser()]
    for row in rows:
        print(f"{row['state']:9}  {row['name']:20}  {row['said']}")
        if row["todo"]:
            print(f"{'':9}  {row['todo']}")
    print("\nEach notebook, run from top to bottom:")
    failed = 0
    for path in paths:
        trouble, seconds = tried(path)
        failed += bool(trouble)
        name = f"{path.parent.name}/{path.stem}"
        print(f"  {name:42} {seconds:5.0f} s  {f'FAILED {trouble}' if trouble else 'works'}", flush=True)
    if failed:
        print(
            "\nFAILED: try that lesson once more by itself, such as cachelab ready 04. Where it fails again,"
        )
        print("open it in the Lab: Run All Cells stops at the cell.")
    print(f"\n{verdict(rows, failed)}")
    return int(verdict(rows, failed).startswith("Not"))


def notebooks(lessons: list[str]) -> list[Path]:
    """The lessons of these numbers (none: all), each followed by its exercises. May raise Trouble."""
    from cachelab.checks.course.source import course

    found = {}
    for folder in ("notebooks", "exercises"):
        for path in sorted(course(folder).glob("*.ipynb")):
            found.setdefault(path.stem.partition("_")[0], []).append(path)
    if unknown := set(lessons) - set(found):
        raise Trouble(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    return [path for number in lessons or found for path in found[number]]


def browser() -> dict:
    """The browser that JupyterLab would open, in the shape of a line of the preflight. None is no fault: on
    a hub, or over ssh, the browser is on another machine."""
    try:
        name = getattr(webbrowser.get(), "name", "the system's own")
    except webbrowser.Error:
        todo = "Open the address that the Lab prints; lesson 00 then says whether page and Python talk."
        return {"name": "browser", "state": "elsewhere", "said": "none on this machine", "todo": todo}
    return {"name": "browser", "state": "works", "said": f"{name} opens the course", "todo": ""}


def tried(path: Path) -> tuple[str, float]:
    """What went wrong when this notebook was run (nothing: ""), and the seconds it took.

    Exercises run where a learner's copies would be, since the course's own refuse to check; neither the
    learner's progress nor their copies are touched."""
    import nbformat
    from nbclient.exceptions import CellExecutionError

    from cachelab.jupyter import client

    start, trouble = time.perf_counter(), ""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        copies = Path(folder, "my-exercises")
        copies.mkdir()
        own = {"CACHELAB_PROGRESS": f"{folder}/progress.json", "CACHELAB_EXERCISES": str(copies)}
        own["CACHELAB_CLASS"] = ""  # nobody guesses here
        where = copies if path.parent.name == "exercises" else path.parent
        try:
            client(notebook, where).execute(env=os.environ | own)
            trouble = could_not_check(notebook)
        except CellExecutionError as error:
            trouble = f"{error.ename}: {error.evalue}"
        except (TimeoutError, RuntimeError) as error:
            trouble = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return trouble, time.perf_counter() - start


def could_not_check(notebook) -> str:
    """The first check that could not run, and why, in its own words; "" if there is none."""
    from cachelab.checks.verdict import COULD_NOT_RUN

    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    shown = (output.get("data", {}).get("text/plain", "") for output in outputs)
    return next((" ".join(text.split()) for text in shown if COULD_NOT_RUN in text), "")


def verdict(rows: list[dict], failed: int) -> str:
    """The last line: what is here, or how much is not."""
    missing = sum(row["state"] == "missing" for row in rows)
    if missing or failed:
        return f"Not ready: {missing + failed} to look at."
    stand_ins = " and ".join(row["name"] for row in rows if row["state"] == "stand-in")
    return f"Ready, with a stand-in for {stand_ins}." if stand_ins else "Ready."
