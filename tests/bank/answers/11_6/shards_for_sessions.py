# verdict: incorrect
# says: so is something that costs less

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "shards",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
}
