# verdict: incorrect
# says: it made checkout, a single cluster
# says: A single cluster has no replica


def create_cache_cluster_for_production(elasticache, name, subnet_group, security_group, password):
    elasticache.create_cache_cluster(
        CacheClusterId=name,
        Engine="memcached",
        CacheNodeType="cache.r7g.large",
        NumCacheNodes=3,
        AZMode="cross-az",
        CacheSubnetGroupName=subnet_group,
        SecurityGroupIds=[security_group],
    )
    elasticache.get_waiter("cache_cluster_available").wait(CacheClusterId=name)
    answer = elasticache.describe_cache_clusters(CacheClusterId=name)
    endpoint = answer["CacheClusters"][0]["ConfigurationEndpoint"]
    return endpoint["Address"], endpoint["Port"]
