# verdict: incorrect
# says: it waited for \d
# says: a creation that has failed will never succeed

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is {group['Status']} after {timeout} s")
        time.sleep(pause)
