# verdict: incorrect
# says: some articles|Some articles

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-random",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
