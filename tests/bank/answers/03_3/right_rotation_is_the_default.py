# verdict: correct


def rotate_password(elasticache, name, new_password, deploy):
    waiter = elasticache.get_waiter("replication_group_available")
    change = {"ReplicationGroupId": name, "AuthToken": new_password, "ApplyImmediately": True}
    elasticache.modify_replication_group(**change)
    waiter.wait(ReplicationGroupId=name)
    deploy(new_password)
    elasticache.modify_replication_group(**change, AuthTokenUpdateStrategy="SET")
    waiter.wait(ReplicationGroupId=name)
