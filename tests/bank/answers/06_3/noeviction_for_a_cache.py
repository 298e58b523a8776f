# verdict: incorrect
# says: fills were refused

policies = {
    "products": "noeviction",
    "news": "allkeys-lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
