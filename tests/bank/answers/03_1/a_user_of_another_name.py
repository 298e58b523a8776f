# verdict: incorrect
# says: the password it was given did not open the cache
# says: no user name

import time


def create_cache_cluster_for_production(elasticache, name, subnet_group, security_group, password):
    elasticache.create_user(
        UserId="nobody",
        UserName="default",
        Engine="valkey",
        AccessString="off -@all",
        NoPasswordRequired=True,
    )
    elasticache.create_user(
        UserId="checkout",
        UserName="checkout",
        Engine="valkey",
        Passwords=[password],
        AccessString="on ~* +@all",
    )
    elasticache.create_user_group(
        UserGroupId="checkout-users", Engine="valkey", UserIds=["nobody", "checkout"]
    )
    people = {"UserGroupId": "checkout-users"}
    while elasticache.describe_user_groups(**people)["UserGroups"][0]["Status"] != "active":
        time.sleep(0.1)  # boto3 has no waiter for it
    elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="cache of the checkout",
        Engine="valkey",
        CacheNodeType="cache.r7g.large",
        NumCacheClusters=3,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        CacheSubnetGroupName=subnet_group,
        SecurityGroupIds=[security_group],
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
        UserGroupIds=["checkout-users"],
        SnapshotRetentionLimit=7,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
    answer = elasticache.describe_replication_groups(ReplicationGroupId=name)
    endpoint = answer["ReplicationGroups"][0]["NodeGroups"][0]["PrimaryEndpoint"]
    return endpoint["Address"], endpoint["Port"]
