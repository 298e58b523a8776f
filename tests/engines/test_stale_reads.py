"""What cannot happen does not: no stale read under a lease, and many without any invalidation."""

import pytest

from cachelab import engines
from cachelab.workload import stale_reads


@pytest.fixture(scope="module")
def cache():
    server = engines.ValkeyServer()
    yield server.client(decode_responses=True)
    server.stop()


def test_a_lease_lets_nothing_old_in_and_without_invalidation_everything_is_old(cache):
    leased, nothing = (
        stale_reads.run(way, cache, writes=40) for way in ("lease, delete after the write", "no invalidation")
    )
    assert leased.stale == 0 < nothing.stale <= nothing.reads
    assert cache.dbsize() == 0


def test_an_unknown_way_is_told_which_there_are(cache):
    with pytest.raises(ValueError, match="no invalidation"):
        stale_reads.run("hope", cache)
