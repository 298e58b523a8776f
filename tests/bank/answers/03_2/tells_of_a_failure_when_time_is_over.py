# verdict: incorrect
# says: it waited for 8\.\d s
# says: at once

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        if time.monotonic() >= end:
            if group["Status"] == "create-failed":
                events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
                raise RuntimeError(*(event["Message"] for event in events["Events"]))
            raise TimeoutError(f"{name} is late")
        time.sleep(pause)
