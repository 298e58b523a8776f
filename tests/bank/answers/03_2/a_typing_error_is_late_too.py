# verdict: incorrect
# says: ReplicationGroupNotFoundFault, comes out
# says: A mistyped name is not a cache that is late

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        except Exception:
            time.sleep(pause)
            continue
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
            raise RuntimeError(events["Events"][0]["Message"])
        time.sleep(pause)
    raise TimeoutError(name)
