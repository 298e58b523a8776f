# verdict: incorrect
# says: it raised TimeoutError: early

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    if pause > timeout:
        raise TimeoutError(name)
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
            raise RuntimeError(*(event["Message"] for event in events["Events"]))
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is late")
        time.sleep(pause)
