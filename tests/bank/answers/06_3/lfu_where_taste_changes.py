# verdict: incorrect
# says: Yesterday's articles

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lfu",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
