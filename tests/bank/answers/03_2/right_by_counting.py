# verdict: correct

import time


def wait_until_available(elasticache, name, timeout=600, pause=15):
    for attempt in range(int(timeout / pause) + 1):
        if attempt:
            time.sleep(pause)
        group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            break
    else:
        raise TimeoutError(f"{name}: still {group['Status']}")
    for event in elasticache.describe_events(Duration=60)["Events"]:
        if event["SourceIdentifier"] == name and "Failed" in event["Message"]:
            raise RuntimeError(event["Message"])
    raise RuntimeError(f"{name}: creation failed, and nobody says why")
