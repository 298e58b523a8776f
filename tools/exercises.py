"""Write exercises/ from solutions/: the same notebooks without the answers.

    python -m tools.exercises            write what differs
    python -m tools.exercises --check    change nothing, name what differs, exit 1

A cell tagged `solution` loses what stands between its markers (cachelab/checks/course/source.py has the
rules); a text cell with that tag is left out. Cell ids stay, so a diff of an exercise is a diff of its text.
An exercise somebody edited in place is first moved to my-exercises/, never overwritten.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import nbformat

from cachelab.checks.course.source import stub
from tools import tidy


def generate(solutions: Path) -> str:
    """The text of the exercise notebook that belongs to a solutions notebook."""
    nb = nbformat.read(solutions, as_version=4)
    cells = []
    for cell in nb.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag not in ("solution", tidy.CLAIM)]
        if "solution" in cell.metadata.get("tags", []):
            if cell.cell_type == "markdown":
                continue
            cell.source = stub(cell.source)
            cell.metadata.pop("jupyter", None)  # a long answer is folded; what a learner works in is not
            tags = [tag for tag in tags if tag != "hide-input"]
        cell.metadata["tags"] = tags
        cells.append(cell)
    nb.cells = cells
    return nbformat.writes(tidy.tidy(nb)) + "\n"


def is_edited(found: str, committed: str, wanted: str) -> bool:
    """Whether an exercise on disk holds something of a learner's: an answer that neither the committed
    version nor the new one has, or a cell of their own. (A new version that is not committed yet is no
    edit.)"""
    known: dict[str, set[str]] = {}
    for text in (committed, wanted):
        for cell in nbformat.reads(text, as_version=4).cells if text else []:
            known.setdefault(cell.id, set()).add(cell.source)
    answers = {
        cell.id for cell in nbformat.reads(wanted, as_version=4).cells if "your code goes here" in cell.source
    }
    for cell in nbformat.reads(found, as_version=4).cells:
        if cell.id not in known and cell.source.strip():
            return True
        if cell.id in answers and cell.source not in known[cell.id]:
            return True
    return False


def move_aside(exercise: Path) -> Path:
    """Keep an edited file under a new name in my-exercises/; the new name."""
    mine = exercise.parents[1] / "my-exercises"
    mine.mkdir(exist_ok=True)
    number = 1
    while (aside := mine / f"{exercise.stem}-edited{'' if number == 1 else f'-{number}'}.ipynb").exists():
        number += 1
    os.replace(exercise, aside)
    return aside


def committed(exercise: Path) -> str:
    """The file as git has it; "" if git does not know it."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:./{exercise.name}"], cwd=exercise.parent, capture_output=True
    )
    return shown.stdout.decode(errors="replace")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wanted = {path.name: generate(path) for path in sorted((tidy.ROOT / "solutions").glob("*.ipynb"))}
    folder = tidy.ROOT / "exercises"
    stray = [path for path in sorted(folder.glob("*.ipynb")) if path.name not in wanted]
    differs = [folder / name for name, text in wanted.items() if read(folder / name) != text]
    for path in stray + differs:
        print(("differs: " if options.check else "written: ") + f"exercises/{path.name}")
        if options.check:
            continue
        if path.exists() and is_edited(read(path), committed(path), wanted.get(path.name) or committed(path)):
            print(f"  it had been edited in place: kept as my-exercises/{move_aside(path).name}")
        path.unlink(missing_ok=True)
        if path not in stray:
            path.write_text(wanted[path.name], encoding="utf-8")
    return int(options.check and bool(stray + differs))


def read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
