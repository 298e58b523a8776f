"""Whose line is this? The learner's own lines in a frame, a traceback, or a list of both."""

import functools
import linecache
import os
import sys
import sysconfig
import traceback
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from . import collector

_OURS = str(Path(__file__).resolve().parents[1]) + os.sep
_PYTHONS = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib")}
_PYTHONS.add(os.path.dirname(os.__file__))  # in a browser it is a zip that sysconfig knows nothing of
_LIBRARY = ("<frozen", _OURS, *{str(Path(folder).resolve()) + os.sep for folder in _PYTHONS})
_to_read: set[str] = set()


class Line(NamedTuple):
    """A line of the learner's: "line 7: return json.loads(cached)"."""

    file: str
    line: int

    @property
    def text(self) -> str:
        return linecache.getline(self.file, self.line).strip()

    def __str__(self):
        return f"line {self.line}: {self.text}" if self.text else f"line {self.line}"


def to_read(file: str) -> None:
    """Count a file of this course as the learner's: its functions are shown as theirs would be."""
    _to_read.add(file)
    is_learners.cache_clear()


@functools.cache
def is_learners(filename: str) -> bool:
    """Whether a file (a cell has a file name too) is the learner's: not Python's, a package's, or ours."""
    if filename in _to_read:
        return True
    if "site-packages" in filename or "dist-packages" in filename or filename.startswith(_LIBRARY):
        return False
    return not os.path.realpath(filename).startswith(_LIBRARY)


def of_thread(identity: int) -> FrameType | None:
    """The innermost frame of a thread; None if it has ended.

    Without the collector: if one begins in there and finds a `threading.local`, Python 3.11 stands still for
    good (CPython issue 106883)."""
    with collector.paused():
        return sys._current_frames().get(identity)


def in_frame(frame, outside=None) -> Line | None:
    """The learner's innermost line under way; None if there is none inside the frame of the code `outside`.

    `outside` is the code object of whoever called the learner's function: the cell that called *it* is the
    learner's as well, and has nothing to do with what is under way."""
    found = None
    while frame is not None:
        if found is None and is_learners(frame.f_code.co_filename):
            found = Line(frame.f_code.co_filename, frame.f_lineno)
            if outside is None:
                return found
        if outside is not None and frame.f_code is outside:
            return found
        frame = frame.f_back
    return None


def in_error(error: BaseException) -> Line | None:
    """The learner's innermost line in an exception's traceback."""
    lines = [
        Line(frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if is_learners(frame.f_code.co_filename)
    ]
    return lines[-1] if lines else None


def raised(error: BaseException) -> bool:
    """Whether a line of the learner's raised it, and nothing that such a line called."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and is_learners(frames[-1].f_code.co_filename)


def of_error(error: BaseException) -> str:
    """That line as text; of a SyntaxError out of exec() or eval(), the line that it names. "" if none."""
    if isinstance(error, SyntaxError) and error.lineno:  # its text is not in the traceback
        return f"line {error.lineno}: {(error.text or '').strip()}"
    return str(in_error(error) or "")
