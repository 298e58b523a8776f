# verdict: incorrect
# says: limits were evicted

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "allkeys-lru",
    "jobs": "noeviction",
}
