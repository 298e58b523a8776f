"""Where things live that outlast a kernel: databases built once per machine, progress."""

import contextlib
import os
import stat
import tempfile
import warnings
from pathlib import Path

import platformdirs

from .errors import EngineError

VARIABLE = "CACHELAB_CACHE"


def cache_folder() -> Path:
    """The course's cache folder, made if missing: CACHELAB_CACHE, else the user's own cache folder.

    Where the user's own cannot be written (some containers have read-only homes), a folder in the
    temporary directory takes its place, with a warning; things in it are built again after a reboot.
    Raises EngineError if CACHELAB_CACHE names a folder that cannot be written.
    """
    if chosen := os.environ.get(VARIABLE):
        folder = Path(chosen).expanduser().absolute()
        if trouble := _unusable(folder):
            raise EngineError(
                f"{VARIABLE} is set to {folder}, which cannot be used: {trouble}. "
                "Set it to a folder you can write to, or unset it."
            )
        return folder
    folder = platformdirs.user_cache_path("cachelab")
    if not (trouble := _unusable(folder)):
        return folder
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    instead = Path(tempfile.gettempdir()) / f"cachelab-cache-{owner}"
    if worse := _unusable(instead, private=True):
        raise EngineError(
            f"no folder for the course's files: {folder} cannot be used ({trouble}), "
            f"nor can {instead} ({worse}). Set {VARIABLE} to a folder you can write to."
        )
    warnings.warn(
        f"{folder} cannot be used ({trouble}); the course keeps its files in {instead} meanwhile. "
        f"Set {VARIABLE} to choose another place.",
        stacklevel=2,
    )
    return instead


def _unusable(folder: Path, private: bool = False) -> str:
    """Why files cannot be made in `folder`; empty if they can. `private`: it must also be ours alone."""
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True, mode=0o700)
        if private and hasattr(os, "getuid"):
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
                return "it belongs to somebody else"
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)
