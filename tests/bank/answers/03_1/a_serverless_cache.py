# verdict: incorrect
# says: it made checkout, a serverless cache
# says: a replication group called checkout

import time


def create_cache_cluster_for_production(elasticache, name, subnet_group, security_group, password):
    elasticache.create_serverless_cache(
        ServerlessCacheName=name, Engine="valkey", SecurityGroupIds=[security_group]
    )
    while True:
        [cache] = elasticache.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]
        if cache["Status"] == "available":
            return cache["Endpoint"]["Address"], cache["Endpoint"]["Port"]
        time.sleep(0.1)
