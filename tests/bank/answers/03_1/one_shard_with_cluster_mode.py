# verdict: incorrect
# says: nodes: 3, with cluster mode
# says: without cluster mode


def create_cache_cluster_for_production(elasticache, name, subnet_group, security_group, password):
    elasticache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="cache of the checkout",
        Engine="valkey",
        CacheNodeType="cache.r7g.large",
        ClusterMode="enabled",
        NumNodeGroups=1,
        ReplicasPerNodeGroup=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        CacheSubnetGroupName=subnet_group,
        SecurityGroupIds=[security_group],
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
        AuthToken=password,
        SnapshotRetentionLimit=7,
    )
    elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name)
    answer = elasticache.describe_replication_groups(ReplicationGroupId=name)
    endpoint = answer["ReplicationGroups"][0]["ConfigurationEndpoint"]
    return endpoint["Address"], endpoint["Port"]
