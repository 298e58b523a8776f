# verdict: broken
# says: Invalid AuthToken


def rotate_password(elasticache, name, new_password, deploy):
    change(elasticache, name, new_password, "ROTATE")
    deploy(new_password)
    change(elasticache, name, new_password, "SET")


def change(elasticache, name, password, strategy):
    elasticache.modify_replication_group(
        ReplicationGroupId=name,
        AuthToken=password[:8],
        AuthTokenUpdateStrategy=strategy,
        ApplyImmediately=True,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
