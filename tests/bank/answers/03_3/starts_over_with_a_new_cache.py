# verdict: incorrect
# says: `deploy` was never called


def rotate_password(elasticache, name, new_password, deploy):
    elasticache.delete_replication_group(ReplicationGroupId=name)
    elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId=name)
