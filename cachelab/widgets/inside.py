"""A door into the course's own code, for whoever wants to see how a cell's work is done."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cachelab

__all__ = ["look_inside"]

PACKAGE = Path(cachelab.__file__).parent


@dataclass(frozen=True)
class Source:
    """A piece of the course's source: folded in a notebook, in full by text. Made by `look_inside`."""

    place: str  # cachelab/workload/openloop.py, or that and a line
    code: str
    link: str = ""  # to the file, seen from the notebook, if it lies near

    def __str__(self):
        return f"{self.place}\n{self.code}"

    __repr__ = __str__

    def _repr_html_(self):
        file = (
            f'<p style="margin:.3em 0"><a href="{escape(self.link)}">Open the file</a></p>'
            if self.link
            else ""
        )
        return (
            '<details style="margin:.2em 0"><summary style="cursor:pointer">Look inside: '
            f"<code>{escape(self.place)}</code></summary>{file}"
            '<pre tabindex="0" style="overflow:auto;max-height:30em;padding:.5em 0;margin:0;white-space:pre">'
            f"{escape(self.code)}</pre></details>"
        )


def look_inside(what: str | Callable) -> Source:
    """The source of a file of the package ("workload/openloop.py"), or of one of its functions or classes.

    Raises ValueError for what is not in the package."""
    if isinstance(what, str):
        path = (PACKAGE / what).resolve()
        if not path.is_relative_to(PACKAGE.resolve()) or not path.is_file():
            raise ValueError(f"there is no file {what!r} in cachelab/; name one like 'workload/openloop.py'")
        return Source(f"cachelab/{what}", path.read_text(encoding="utf-8").rstrip(), _link(path))
    try:
        path = Path(inspect.getsourcefile(what)).resolve()
        lines, first = inspect.getsourcelines(what)
    except (TypeError, OSError):
        raise ValueError(f"{what!r} has no source; give a file's name, a function or a class") from None
    if not path.is_relative_to(PACKAGE.resolve()):
        raise ValueError(f"{what.__qualname__} is not part of cachelab: it stands in {path.name}")
    place = f"cachelab/{path.relative_to(PACKAGE.resolve())}, line {first}"
    return Source(place, "".join(lines).rstrip(), _link(path))


def _link(path: Path) -> str:
    """The way from here to the file, where both are in the course's folder: a server shows no other."""
    here = Path.cwd().resolve()
    if (here.parent / "cachelab").resolve() != PACKAGE.resolve():
        return ""
    return os.path.relpath(path, here).replace(os.sep, "/")
