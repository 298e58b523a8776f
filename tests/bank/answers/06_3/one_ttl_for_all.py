# verdict: incorrect
# says: Which of them ends soonest

policies = {
    "products": "allkeys-lfu",
    "news": "allkeys-lru",
    "mixed": "volatile-ttl",
    "jobs": "noeviction",
}
