# verdict: incorrect
# says: when it returned, (the cache was modifying|the old password still opened)


def rotate_password(elasticache, name, new_password, deploy):
    change = {"ReplicationGroupId": name, "AuthToken": new_password, "ApplyImmediately": True}
    available = elasticache.get_waiter("replication_group_available")
    elasticache.modify_replication_group(**change, AuthTokenUpdateStrategy="ROTATE")
    available.wait(ReplicationGroupId=name)
    deploy(new_password)
    elasticache.modify_replication_group(**change, AuthTokenUpdateStrategy="SET")
