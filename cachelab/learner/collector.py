"""Python's collector of garbage, off for a while: one at a time looks whether it is on, and changes it.

Of two who did so at once, one would find off what the other turns on again in a moment.
"""

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.RLock()  # a signal may come to the thread that has it
if hasattr(os, "register_at_fork"):  # not in a browser
    os.register_at_fork(before=_turn.acquire, after_in_parent=_turn.release, after_in_child=_turn.release)


@contextmanager
def paused() -> Iterator[None]:
    """Off in here, and nobody turns it on: for a few instructions."""
    with _turn:
        was_on = off()
        try:
            yield
        finally:
            if was_on:
                gc.enable()


def off() -> bool:
    """Turn it off; whether it was on."""
    with _turn:
        was_on = gc.isenabled()
        gc.disable()
        return was_on


def on() -> None:
    """Turn it on."""
    with _turn:
        gc.enable()
