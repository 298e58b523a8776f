# verdict: incorrect
# says: fills were refused(.|\n)*may this policy evict

policies = {
    "products": "allkeys-lfu",
    "news": "volatile-lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
