# verdict: correct

from contextlib import contextmanager


@contextmanager
def both_passwords(elasticache, name, new):
    def change(how):
        request = {"ReplicationGroupId": name, "AuthToken": new, "AuthTokenUpdateStrategy": how}
        elasticache.modify_replication_group(**request, ApplyImmediately=True)
        elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)

    change("ROTATE")
    yield
    change("SET")


def rotate_password(elasticache, name, new_password, deploy):
    with both_passwords(elasticache, name, new_password):
        deploy(new_password)
