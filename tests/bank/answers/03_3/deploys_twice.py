# verdict: incorrect
# says: `deploy` was called with
# says: once


def rotate_password(elasticache, name, new_password, deploy):
    change(elasticache, name, new_password, "ROTATE")
    deploy(new_password)
    change(elasticache, name, new_password, "SET")
    deploy(new_password)


def change(elasticache, name, password, strategy):
    elasticache.modify_replication_group(
        ReplicationGroupId=name,
        AuthToken=password,
        AuthTokenUpdateStrategy=strategy,
        ApplyImmediately=True,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
