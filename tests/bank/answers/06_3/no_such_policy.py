# verdict: incorrect
# says: one of noeviction

policies = {
    "products": "allkeys-lfu",
    "news": "lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
