# verdict: incorrect
# says: it waited for [23]\.\d s
# says: RuntimeError at once

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    failures = 0
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        failures += group["Status"] == "create-failed"
        if failures == 3:
            events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
            raise RuntimeError(*(event["Message"] for event in events["Events"]))
        if time.monotonic() >= end:
            raise TimeoutError(f"{name} is late")
        time.sleep(pause)
