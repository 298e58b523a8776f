# verdict: incorrect
# says: after the nightly job

policies = {
    "products": "allkeys-lru",
    "news": "allkeys-lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
