"""What holds for every test."""

import gc
import os
import signal

import pytest
from hypothesis import settings

from tests.oracle.depth import DEPTH

# The same examples on every machine as in CI, and no deadline: a test says nothing about time.
# `make deep` looks at many more, and at others each time.
settings.load_profile("ci")
if DEPTH > 1:
    settings.register_profile("deep", settings.get_profile("ci"), derandomize=False, print_blob=True)
    settings.load_profile("deep")


def pytest_configure(config):
    """Take interrupts as a kernel does, also in a run in the background, which ignores them."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session):
    """Thousands of collected tests are no garbage: nobody looks through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def of_the_run(tmp_path_factory):
    """A folder that all workers of this run share."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
