# verdict: incorrect
# says: refused(.|\n)*May nothing go

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "noeviction",
    "jobs": "noeviction",
}
