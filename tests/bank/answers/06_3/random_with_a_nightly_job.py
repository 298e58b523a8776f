# verdict: incorrect
# says: after the nightly job

policies = {
    "products": "allkeys-random",
    "news": "allkeys-lru",
    "mixed": "volatile-lru",
    "jobs": "noeviction",
}
