# verdict: correct

policies = dict.fromkeys(["products", "news", "mixed", "jobs"], "noeviction")
policies |= {"products": "allkeys-lfu", "news": "allkeys-lru", "mixed": "volatile-lfu"}
