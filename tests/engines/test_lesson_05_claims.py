"""What lesson 05 says of its module, on real servers: tests/oracle/invalidation_drill.py."""

import pytest

from cachelab.engines.valkey import find_server
from tests.oracle.invalidation_drill import Drill

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs real servers")


def test_no_stale_answer_but_after_the_failover_and_then_none_beyond_gap_and_ttl():
    counted = Drill(4).run()
    assert counted.errors == []
    assert counted.stale == 0, counted
    assert counted.reads > 0 < counted.updates
    assert counted.queued == 0


def test_the_drill_notices_a_key_version_that_is_not_deleted():
    counted = Drill(4, failover=False, ALIVE=("v2",)).run()
    assert counted.errors == []
    assert counted.stale > 0, "v1's readers are served what nobody deleted"
