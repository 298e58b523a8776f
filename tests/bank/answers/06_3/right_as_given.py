# verdict: correct
# says: one only what has a TTL, and one nothing

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
