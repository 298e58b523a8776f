# verdict: incorrect
# says: it was still waiting after
# says: TimeoutError after 0.6 s

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    while True:
        [group] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            events = elasticache.describe_events(SourceType="replication-group", SourceIdentifier=name)
            raise RuntimeError("; ".join(event["Message"] for event in events["Events"]))
        time.sleep(pause)
