# verdict: incorrect
# says: so is something that costs less

remedy = {
    "shop": "shards",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
}
