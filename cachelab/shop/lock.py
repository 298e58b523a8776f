"""One process at a time, for work that two kernels would otherwise both do."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

if os.name == "nt":
    import msvcrt
else:
    import fcntl


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Hold the lock `name` of this user on this machine; wait while another process has it.

    The system releases the lock of a process that dies. Where no lock file can be made, nobody waits: this
    saves work, it does not keep files whole.
    """
    me = os.getuid() if hasattr(os, "getuid") else "user"
    path = Path(tempfile.gettempdir(), f"cachelab-{me}-{name}.lock")
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = stack.enter_context(open(path, "ab"))
            if os.name == "nt" or os.fstat(file.fileno()).st_uid == me:
                _wait_for(file)
        yield


def _wait_for(file) -> None:
    started, said = time.monotonic(), False
    while not _take(file):
        if not said and time.monotonic() - started > 0.5:
            print("Another notebook is doing the same at the moment; waiting for it …", flush=True)
            said = True
        time.sleep(0.02)


def _take(file) -> bool:
    try:
        if os.name == "nt":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except (BlockingIOError, PermissionError):  # taken, on Unix and on Windows
        return False
