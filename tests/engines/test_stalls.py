"""A server that stalls: it stops, goes on, and runs when the block has ended."""

import time

import pytest

from cachelab.engines import EngineError, ValkeyServer
from cachelab.engines.valkey import find_server
from cachelab.workload.stalls import stalling


@pytest.mark.skipif(find_server() is None, reason="needs a real server")
def test_a_stalling_server_answers_late_now_and_then_and_runs_afterwards():
    server = ValkeyServer()
    client = server.client(socket_timeout=5)
    slow, deadline = 0, time.monotonic() + 20
    with stalling(server, seconds=0.1, every=0.25):
        while not slow and time.monotonic() < deadline:
            start = time.perf_counter()
            client.ping()
            slow += time.perf_counter() - start > 0.05
    assert slow and client.ping()
    server.stop()
    with pytest.raises(EngineError), stalling(server):
        pass


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match=r"every=0\.1"), stalling(every=0.1):
        pass
