"""What to do, said below a cell that failed because a server had gone without anybody ending it."""

import sys

from .engine import LocalEngine


def offer() -> None:
    """In a notebook's kernel: from now on, look after each cell that failed."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.events.register("post_run_cell", _look)


def _look(result) -> None:
    if result.error_in_exec is not None and (words := advice()):
        print(words)


def advice() -> str:
    """Which of this kernel's servers are lost, and what brings them back; empty if none is."""
    lost = sorted({engine.name for engine in LocalEngine.started if engine.lost})
    if not lost:
        return ""
    *others, last = lost
    names = f"{', '.join(others)} and {last} have" if others else f"{last} has"
    return (
        f"{names} ended, and nothing in this notebook did it; a computer that slept or lacks memory may.\n"
        "Run the cell that printed the badges again (in a lesson, the first): it restarts what is down. "
        "A cache comes back empty."
    )
