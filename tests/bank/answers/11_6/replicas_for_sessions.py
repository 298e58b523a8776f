# verdict: incorrect
# says: here they may not

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "replicas",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
}
