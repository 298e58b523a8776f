"""Queues of jobs on a real server: what dies with a worker is the same on each run."""

import pytest

from cachelab import engines
from cachelab.engines.valkey import find_server
from cachelab.workload.queues import WAYS, drain

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs a real server")


def test_what_is_taken_over_is_done_and_some_of_it_twice():
    cache = engines.valkey().client(decode_responses=True)
    seen = {name: drain(way(cache), jobs=200) for name, way in WAYS.items()}
    assert seen == {"RPOP": (171, 0), "LMOVE": (200, 8), "stream": (171, 0), "stream, claimed": (200, 8)}
    cache.close()
