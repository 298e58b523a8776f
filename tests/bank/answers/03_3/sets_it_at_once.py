# verdict: broken
# says: SET is allowed only after ROTATE


def rotate_password(elasticache, name, new_password, deploy):
    deploy(new_password)
    change(elasticache, name, new_password, "SET")


def change(elasticache, name, password, strategy):
    elasticache.modify_replication_group(
        ReplicationGroupId=name,
        AuthToken=password,
        AuthTokenUpdateStrategy=strategy,
        ApplyImmediately=True,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
