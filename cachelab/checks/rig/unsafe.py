"""Whether code of the learner's loads a pickle or evaluates text: the interpreter tells, whatever hides it.

Audit events: https://docs.python.org/3/library/audit_events.html.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cachelab.learner.lines import is_learners

_NAMES = {"pickle.find_class": "pickle", "exec": "eval"}
_seen: set[str] | None = None
_hooked = False


def _hear(event: str, _args) -> None:
    if _seen is not None and event in _NAMES and is_learners(sys._getframe(1).f_code.co_filename):
        _seen.add(_NAMES[event])


@contextmanager
def watched() -> Iterator[set[str]]:
    """Yields a set that gets "pickle" and "eval" as the learner's lines do that."""
    global _seen, _hooked
    if not _hooked:  # a hook stays until the process ends
        sys.addaudithook(_hear)
        _hooked = True
    before, _seen = _seen, set()
    try:
        yield _seen
    finally:
        _seen = before
