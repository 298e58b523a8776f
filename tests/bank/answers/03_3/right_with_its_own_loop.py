# verdict: correct

import time


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
    while status(elasticache, name) != "available":
        time.sleep(0.05)


def status(elasticache, name):
    return elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]["Status"]
