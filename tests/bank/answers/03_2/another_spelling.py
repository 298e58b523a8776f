# verdict: incorrect
# says: it asked 2 times, and each time AWS said 'available'
# says: letter by letter

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "Available":
            return group
        if group["Status"] == "create-failed":
            events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
            raise RuntimeError(events["Events"][-1]["Message"])
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is late")
        time.sleep(pause)
