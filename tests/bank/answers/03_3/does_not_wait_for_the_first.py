# verdict: incorrect
# says: when `deploy` began, the cache was modifying
# says: that it is done, or that it has begun


def rotate_password(elasticache, name, new_password, deploy):
    change(elasticache, name, new_password, "ROTATE")
    deploy(new_password)
    change(elasticache, name, new_password, "SET")


def change(elasticache, name, password, strategy):
    elasticache.modify_replication_group(
        ReplicationGroupId=name,
        AuthToken=password,
        AuthTokenUpdateStrategy=strategy,
        ApplyImmediately=True,
    )
