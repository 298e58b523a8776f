"""What holds for every test."""

import signal

from hypothesis import settings

# The same examples on every machine as in CI, and no deadline: a test says nothing about time.
settings.load_profile("ci")


def pytest_configure(config):
    """Take interrupts as a kernel does, also in a run in the background, which ignores them."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
