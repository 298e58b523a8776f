# verdict: incorrect
# says: it returned None
# says: Is there a `return`

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return
        if group["Status"] == "create-failed":
            events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
            raise RuntimeError("; ".join(event["Message"] for event in events["Events"]))
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is {group['Status']} after {timeout} s")
        time.sleep(pause)
