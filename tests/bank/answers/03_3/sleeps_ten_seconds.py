# verdict: incorrect
# says: when `deploy` began, the cache was modifying

import time


def rotate_password(elasticache, name, new_password, deploy):
    change = {"ReplicationGroupId": name, "AuthToken": new_password, "ApplyImmediately": True}
    elasticache.modify_replication_group(AuthTokenUpdateStrategy="ROTATE", **change)
    time.sleep(10)
    deploy(new_password)
    elasticache.modify_replication_group(AuthTokenUpdateStrategy="SET", **change)
    time.sleep(10)
