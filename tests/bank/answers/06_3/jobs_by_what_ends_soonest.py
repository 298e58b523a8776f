# verdict: incorrect
# says: were thrown away

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "volatile-lru",
    "jobs": "volatile-ttl",
}
