# verdict: incorrect
# says: backups: kept no days
# says: backups: kept 7 days
# says: if you say nothing


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
        SecurityGroupIds=[security_group],
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
        AuthToken=password,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
    answer = elasticache.describe_replication_groups(ReplicationGroupId=name)
    endpoint = answer["ReplicationGroups"][0]["NodeGroups"][0]["PrimaryEndpoint"]
    return endpoint["Address"], endpoint["Port"]
