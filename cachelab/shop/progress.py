"""A line of text that shows how far a slow job is; it reads well in a notebook, a terminal and a log."""

import sys
import time


class ProgressLine:
    """Counts steps: `with ProgressLine("Building", 3) as progress: progress.step("walls") …`.

    The line is redrawn in place where that works, and written once at the end where it does not (a log file).
    """

    def __init__(self, title: str, steps: int, width: int = 20):
        self._title, self._steps, self._width = title, steps, width
        self._done = 0
        self._longest = 0
        # A notebook's stdout is no terminal, but it does understand a carriage return.
        self._live = sys.stdout.isatty() or "ipykernel" in sys.modules

    def __enter__(self):
        self._started = time.monotonic()
        return self

    def step(self, name: str) -> None:
        """The next step begins."""
        if self._live:
            filled = self._width * self._done // self._steps
            self._write(f"{self._title} [{'#' * filled}{'.' * (self._width - filled)}] {name} …")
        self._done += 1

    def __exit__(self, kind, *_):
        seconds = time.monotonic() - self._started
        ending = f"done in {seconds:.1f} s." if kind is None else f"failed after {seconds:.1f} s."
        self._write(f"{self._title}: {ending}")
        print(flush=True)

    def _write(self, line: str) -> None:
        self._longest = max(self._longest, len(line))
        print("\r" * self._live + line.ljust(self._longest * self._live), end="", flush=True)
