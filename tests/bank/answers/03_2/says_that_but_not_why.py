# verdict: incorrect
# says: RuntimeError: doomed is create-failed
# says: no capacity for cache.t4g.micro

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            raise RuntimeError(f"{name} is {group['Status']}")
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is {group['Status']} after {timeout} s")
        time.sleep(pause)
