# verdict: incorrect
# says: no capacity
# says: a RuntimeError that says why

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            raise RuntimeError("no capacity for cache.t4g.micro in us-east-1b")
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is late")
        time.sleep(pause)
