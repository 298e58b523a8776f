# verdict: incorrect
# says: so is something that costs less

remedy = {
    "shop": "nothing",
    "front page": "replicas",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
}
