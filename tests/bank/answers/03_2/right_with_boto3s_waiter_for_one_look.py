# verdict: correct

import time

from botocore.exceptions import WaiterError


def wait_until_available(elasticache, name, timeout=600, pause=15):
    waiter, end = elasticache.get_waiter("replication_group_available"), time.monotonic() + timeout
    while True:
        try:
            waiter.wait(ReplicationGroupId=name, WaiterConfig={"Delay": 1, "MaxAttempts": 1})
        except WaiterError:
            pass
        group = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
        if group["Status"] == "available":
            return group
        if group["Status"] == "create-failed":
            happened = elasticache.describe_events(SourceIdentifier=name, SourceType="replication-group")
            raise RuntimeError(f"{name}: {[event['Message'] for event in happened['Events']]}")
        if time.monotonic() > end:
            raise TimeoutError(name)
        time.sleep(pause)
