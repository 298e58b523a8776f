"""What to do, said below a cell that failed because a server had gone: by itself, or in a cell above."""

import sys
from collections.abc import Iterable

from .engine import LocalEngine


def offer() -> None:
    """In a notebook's kernel: from now on, look after each cell that failed."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.events.register("post_run_cell", _look)


def _look(result) -> None:
    if result.error_in_exec is not None and (words := advice(result.error_in_exec)):
        print(words)


def advice(error: BaseException | None = None) -> str:
    """Which of this kernel's servers are lost, and what brings them back; empty if none is.

    One that a cell ended is named where a call failed for want of it: `error` says so."""
    if lost := _names(engine for engine in LocalEngine.started if engine.lost):
        return (
            f"{lost} ended, and nothing in this notebook did it; a computer that slept or lacks memory may.\n"
            "Run the cell that printed the badges again (in a lesson, the first): it restarts what is down. "
            "A cache comes back empty."
        )
    # ConnectionError is redis-py's, too, by name; psycopg has OperationalError.
    refused = error and {"ConnectionError", "ConnectionRefusedError", "OperationalError"} & {
        kind.__name__ for kind in type(error).__mro__
    }
    ended = _names(engine for engine in LocalEngine.started if not engine.alive and engine.directory.is_dir())
    if refused and ended:
        return (
            f"{ended} been ended by a cell above, and not restarted. Run the cell that restarts it, or the "
            "one that printed the badges (in a lesson, the first)."
        )
    return ""


def _names(engines: Iterable[LocalEngine]) -> str:
    """Such as "Memcached and Valkey have"; "" if there are none."""
    names = sorted({engine.name for engine in engines})
    if len(names) > 1:
        return f"{', '.join(names[:-1])} and {names[-1]} have"
    return f"{names[0]} has" if names else ""
