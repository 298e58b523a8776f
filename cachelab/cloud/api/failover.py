"""TestFailover: a primary dies on purpose, and what follows is what follows any death."""

import time

from .. import events
from ..faults import Fault
from ..region import Region
from .operations import performs
from .replicas import need_shards

RECOVER_SECONDS = 60.0
DAY = 86_400.0  # seconds
TESTS_A_DAY = 15  # node groups whose failover may be tested in 24 hours


@performs("TestFailover")
def test(region: Region, given: dict) -> dict:
    group = region.need_group(given["ReplicationGroupId"])
    need_shards(group, [given["NodeGroupId"]])
    shard = group.shard(given["NodeGroupId"])
    if not all(node.status == "available" and node.alive for node in shard.nodes):
        raise Fault(
            "InvalidReplicationGroupState",
            f"A node of node group {shard.id} is being replaced: wait until that has finished.",
        )
    if not shard.replicas:
        raise Fault("InvalidParameterCombination", f"Node group {shard.id} has no replica to fail over to.")
    day_ago = time.time() - DAY
    region.failover_tests = [when for when in region.failover_tests if when > day_ago]
    if len(region.failover_tests) >= TESTS_A_DAY:
        raise Fault(
            "APICallRateForCustomerExceeded",
            f"Failover can be tested on at most {TESTS_A_DAY} node groups in 24 hours.",
        )
    region.failover_tests.append(time.time())
    region.log.tell(events.GROUP, group.id, events.TEST_FAILOVER, shard=shard.id)
    old = shard.primary

    def failover() -> None:
        old.kill()
        region.fleet.wait_until(
            lambda: shard.primary is not old and old.status == "available" and old.alive, RECOVER_SECONDS
        )

    answer = group.describe()
    region.fleet.run(failover)
    return {"ReplicationGroup": answer}
