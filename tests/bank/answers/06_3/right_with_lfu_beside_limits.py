# verdict: correct

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "volatile-lfu",
    "jobs": "noeviction",
}
