"""The learner's own copies of the exercises, in my-exercises/, which git ignores.

Why copies: a notebook that is opened is soon changed, if only by its outputs, and exercises/ is the
course's. Were it edited in place, `git pull` would refuse to update the course, and `make exercises` would
have two masters. So exercises/ holds the clean ones, and a learner works on a copy that nothing here ever
overwrites: when the course brings a new version of an exercise, it is put beside an edited copy under
another name.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path

from .source import course

_ORIGINS = (
    ".origins.json"  # in the learner's folder: which version of the course's notebook each copy was made from
)


def folder() -> Path:
    """Where the copies are: CACHELAB_EXERCISES, or my-exercises/ beside exercises/. May raise NotHere."""
    return Path(os.environ.get("CACHELAB_EXERCISES") or course("exercises").parent / "my-exercises")


def refresh() -> list[Path]:
    """Copy every exercise that has no copy yet; return the files that were written.

    A copy the learner never changed follows the course. Beside one that was changed, a new version of the
    exercise is written as NAME-updated.ipynb."""
    mine = folder()
    mine.mkdir(parents=True, exist_ok=True)
    try:
        origins = json.loads((mine / _ORIGINS).read_text())
    except (OSError, ValueError):
        origins = {}
    written = []
    for theirs in sorted(course("exercises").glob("*.ipynb")):
        new = digest(theirs)
        if (copy := _target(theirs, mine, new, origins.get(theirs.stem))) is not None:
            shutil.copyfile(theirs, copy)
            written.append(copy)
        origins[theirs.stem] = new
    (mine / _ORIGINS).write_text(json.dumps(origins, indent=1, sort_keys=True))
    return written


def _target(theirs: Path, mine: Path, new: str, origin: str | None) -> Path | None:
    """Where the course's version has to be copied to, if anywhere."""
    copy = mine / theirs.name
    if not copy.exists():
        return copy
    if origin == new or digest(copy) == new:
        return None
    if digest(copy) == origin:
        return copy
    number = 1
    while True:
        copy = mine / f"{theirs.stem}-updated{'' if number == 1 else f'-{number}'}.ipynb"
        if not copy.exists():
            return copy
        if digest(copy) == new:
            return None
        number += 1


def digest(notebook: Path) -> str:
    """What tells two versions apart: the text of the cells, not their outputs."""
    text = notebook.read_text(encoding="utf-8")
    try:
        text = json.dumps(
            [[cell["cell_type"], "".join(cell["source"])] for cell in json.loads(text)["cells"]]
        )
    except (ValueError, KeyError, TypeError):
        pass  # not a notebook any more: then every byte counts
    return hashlib.sha256(text.encode()).hexdigest()
