# verdict: broken
# says: `policies` (is|should be) a

policies = ["allkeys-lfu", "allkeys-lru", "volatile-lru", "noeviction"]
