"""One JupyterLab and one browser for all journeys of a worker."""

import pytest
from playwright.sync_api import expect

from tools.lab import Lab, chromium

expect.set_options(timeout=30_000)  # milliseconds: a busy machine is slower, and not wrong


# Not for the whole session: Playwright's event loop stays on the thread, and asyncio.run() would refuse.
@pytest.fixture(scope="package")
def lab():
    if chromium() is None:
        pytest.skip("no Chromium found; on Debian or Ubuntu: apt install chromium")
    with Lab() as lab:
        yield lab
