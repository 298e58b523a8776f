"""A cluster that grows and shrinks under traffic, in the account in a box: what its clients notice."""

import time
from collections.abc import Iterator

from benchmarks import Row
from cachelab import cloud
from cachelab.workload.additions import Additions, Noticed
from tests.oracle.cloud_drills import make_group

KEYS = 30_000
CHANGES = {
    "3 shards become 4": {"NodeGroupCount": 4},
    "4 shards become 3": {"NodeGroupCount": 3, "NodeGroupsToRemove": ["0004"]},
}


def rows() -> Iterator[Row]:
    """Errors and lost additions, which must be none; the longest pause over that of a quiet time."""
    with cloud.account(provisioning_time=0) as aws:
        elasticache = aws.client("elasticache")
        layout = {"NumNodeGroups": 3, "ReplicasPerNodeGroup": 0, "AutomaticFailoverEnabled": True}
        group = make_group(aws, "shop", CacheNodeType="cache.r7g.large", **layout)
        host, port = group["ConfigurationEndpoint"]["Address"], group["ConfigurationEndpoint"]["Port"]
        with Additions(host, port) as clients:
            clients.fill(KEYS)
            clients.noticed()
            time.sleep(3)
            quiet = clients.noticed()
            for name, change in CHANGES.items():
                elasticache.modify_replication_group_shard_configuration(
                    ReplicationGroupId="shop", ApplyImmediately=True, **change
                )
                aws.settle()
                yield from _rows(name, clients.noticed(), quiet)
        lost = clients.lost()
        yield Row("resharding, acknowledged additions lost", lost, 0, f"{lost} of {clients.acknowledged:,}")


def _rows(name: str, seen: Noticed, quiet: Noticed) -> Iterator[Row]:
    yield Row(f"{name}: errors", seen.errors, 0, str(seen))
    detail = f"{seen.longest * 1e3:.0f} / {quiet.longest * 1e3:.0f} ms"
    yield Row(f"{name}: longest pause / quiet time's", seen.longest / quiet.longest, None, detail)
    detail = f"{seen.median * 1e3:.2f} / {quiet.median * 1e3:.2f} ms"
    yield Row(f"{name}: median call / quiet time's", seen.median / quiet.median, None, detail)
