"""Whether the learner's lines load what may run, or evaluate text: the interpreter tells, whatever hides it.

Audit events: https://docs.python.org/3/library/audit_events.html.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cachelab.learner.lines import is_learners

from ..attempt import replaced

DONE = {"pickle": "unpickled", "marshal": "unmarshalled", "eval": "evaluated"}
"""What was done to a text or to bytes, by its name."""

# Of a pickle that names no class, no event tells: nothing in it runs.
_NAMES = {
    "pickle.find_class": "pickle",
    "marshal.load": "marshal",
    "marshal.loads": "marshal",
    "exec": "eval",
}
_seen: set[str] | None = None
_hooked = False


def _hear(event: str, _args) -> None:
    if _seen is not None and event in _NAMES and is_learners(sys._getframe(1).f_code.co_filename):
        _seen.add(_NAMES[event])


@contextmanager
def watched() -> Iterator[set[str]]:
    """Yields a set that gets the names in DONE as the learner's lines do that. (Libraries evaluate code of
    their own, to make a named tuple or to import.)"""
    global _hooked
    if not _hooked:  # a hook stays until the process ends
        sys.addaudithook(_hear)
        _hooked = True
    with replaced(sys.modules[__name__], "_seen", set()):
        yield _seen
