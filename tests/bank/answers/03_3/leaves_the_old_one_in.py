# verdict: incorrect
# says: the old password still opened the cache
# says: What takes the old one away


def rotate_password(elasticache, name, new_password, deploy):
    change(elasticache, name, new_password, "ROTATE")
    deploy(new_password)


def change(elasticache, name, password, strategy):
    elasticache.modify_replication_group(
        ReplicationGroupId=name,
        AuthToken=password,
        AuthTokenUpdateStrategy=strategy,
        ApplyImmediately=True,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
