"""The learner's own copies of lessons and exercises, in my-lessons/ and my-exercises/, which git ignores.

Why copies: a notebook that is opened is soon changed, if only by its outputs, and notebooks/ and exercises/
are the course's. Were they used in place, opening a lesson would be a change to the course, and `git pull`
would refuse to bring a corrected one. (A git filter that hides outputs would not help: a learner's own cells
would still be in the way, and each clone would have to be set up for it.) So those folders hold the clean
ones, and a learner works on a copy. What a learner wrote is never overwritten: when the course brings a new
version, it is put beside an edited copy under another name. Links between copies lead to copies.
"""

import hashlib
import json
import os
import re
from pathlib import Path

from .source import NotHere, checkout, course, home

COPIES = {"notebooks": "my-lessons", "exercises": "my-exercises"}
_ORIGINS = (
    ".origins.json"  # in the learner's folder: which version of the course's notebook each copy was made from
)


def folder(of: str = "exercises") -> Path:
    """Where the copies are: beside the course's own folders, or beside what CACHELAB_EXERCISES names; never
    among installed packages, which on a hub are everybody's: then in cachelab-course/ at home.

    May raise NotHere."""
    exercises = os.environ.get("CACHELAB_EXERCISES")
    if of == "exercises" and exercises:
        return Path(exercises)
    beside = (Path(exercises) if exercises else course("exercises")).parent
    if not exercises and checkout() is None and beside == home():
        beside = Path.home() / "cachelab-course"
    return beside / COPIES[of]


def copy_of(theirs: Path) -> Path:
    """The file that is the learner's of a notebook of the course: no two tabs in JupyterLab have one name.

    my-lessons/04_cache_aside.ipynb, my-exercises/04_exercises.ipynb"""
    of = theirs.parent.name
    name = theirs.name if of == "notebooks" else f"{theirs.stem.partition('_')[0]}_exercises.ipynb"
    return folder(of) / name


def instead() -> Path | None:
    """Where to work, if this is the course's clean copy of an exercise and there is one of the learner's."""
    try:
        here = Path.cwd().resolve() == course("exercises").resolve()
        return folder() if here and folder().resolve() != Path.cwd().resolve() else None
    except (OSError, NotHere):
        return None


def refresh() -> list[Path]:
    """Copy each lesson and exercise that has no copy yet; return the files that were written.

    A copy whose text the learner never changed follows the course. Beside one that was changed, a new version
    is written as NAME-updated.ipynb."""
    return [written for of in COPIES for written in _refresh(of)]


def _refresh(of: str) -> list[Path]:
    mine = folder(of)
    mine.mkdir(parents=True, exist_ok=True)
    try:
        origins = json.loads((mine / _ORIGINS).read_text())
    except (OSError, ValueError):
        origins = {}
    written = []
    for theirs in sorted(course(of).glob("*.ipynb")):
        text, copy = _made(theirs), copy_of(theirs)
        before = mine / theirs.name  # what exercises were called once
        if before != copy and before.exists() and not copy.exists():
            before.rename(copy)
        new = digest(text)
        if (target := _target(copy, new, origins.get(theirs.stem))) is not None:
            target.write_text(text, encoding="utf-8")
            written.append(target)
        origins[theirs.stem] = new
    (mine / _ORIGINS).write_text(json.dumps(origins, indent=1, sort_keys=True))
    return written


def _made(theirs: Path) -> str:
    """The text of the copy: as the course's, but for the links to other notebooks of the course."""

    def link(found: re.Match) -> str:
        of, stem = found.groups()
        target = stem if of == "notebooks" else f"{stem.partition('_')[0]}_exercises"
        return f"](../{COPIES[of]}/{target}.ipynb"

    return re.sub(r"\]\(\.\./(notebooks|exercises)/(\w+)\.ipynb", link, theirs.read_text(encoding="utf-8"))


def _target(copy: Path, new: str, origin: str | None) -> Path | None:
    """Where the course's version has to be written to, if anywhere."""
    if not copy.exists():
        return copy
    there = digest(copy.read_text(encoding="utf-8", errors="replace"))
    if origin == new or there == new:
        return None
    if there == origin:
        return copy
    number = 1
    while True:
        beside = copy.with_name(f"{copy.stem}-updated{'' if number == 1 else f'-{number}'}.ipynb")
        if not beside.exists():
            return beside
        if digest(beside.read_text(encoding="utf-8", errors="replace")) == new:
            return None
        number += 1


def digest(notebook: str) -> str:
    """What tells two versions apart: the text of the cells, not their outputs."""
    try:
        notebook = json.dumps(
            [[cell["cell_type"], "".join(cell["source"])] for cell in json.loads(notebook)["cells"]]
        )
    except (ValueError, KeyError, TypeError):
        pass  # not a notebook any more: then every byte counts
    return hashlib.sha256(notebook.encode()).hexdigest()
