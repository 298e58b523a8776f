"""Where a learner's few facts are kept, and how a file of them is changed while several kernels write it."""

import os
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs


def path() -> Path:
    """The file that holds the progress; what else is kept lies beside it."""
    folder = platformdirs.user_data_path("cachelab", appauthor=False)
    return Path(os.environ.get("CACHELAB_PROGRESS") or folder / "progress.json")


def replace(file: Path, text: str) -> None:
    """Write it as one step: readers see the old text or the new, and only this user may."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        os.replace(name, file)
    except BaseException:
        with suppress(FileNotFoundError):  # an interrupt came when it had its name
            os.unlink(name)
        raise


@contextmanager
def locked(file: Path):
    """One kernel at a time. The operating system drops the lock if its holder dies."""
    with open(file, "a+b") as handle:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
        elif sys.platform != "emscripten":  # JupyterLite's fcntl is empty
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
