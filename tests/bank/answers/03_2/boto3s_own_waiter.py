# verdict: incorrect
# says: creation has failed
# says: Max attempts exceeded
# says: RuntimeError, with AWS's reason


def wait_until_available(elasticache, name, timeout=600, pause=15):
    elasticache.get_waiter("replication_group_available").wait(
        ReplicationGroupId=name, WaiterConfig={"Delay": pause, "MaxAttempts": max(1, int(timeout / pause))}
    )
    return elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
