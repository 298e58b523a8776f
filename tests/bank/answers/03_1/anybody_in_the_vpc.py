# verdict: incorrect
# says: security group: sg-
# says: the default group of the VPC


def create_cache_cluster_for_production(elasticache, name, subnet_group, security_group, password):
    elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="cache of the checkout",
        Engine="valkey",
        CacheNodeType="cache.r7g.large",
        NumCacheClusters=3,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        CacheSubnetGroupName=subnet_group,
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
        AuthToken=password,
        SnapshotRetentionLimit=7,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
    answer = elasticache.describe_replication_groups(ReplicationGroupId=name)
    endpoint = answer["ReplicationGroups"][0]["NodeGroups"][0]["PrimaryEndpoint"]
    return endpoint["Address"], endpoint["Port"]
