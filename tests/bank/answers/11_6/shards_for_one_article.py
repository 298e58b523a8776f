# verdict: incorrect
# says: 114,032 commands a second

remedy = {
    "shop": "nothing",
    "front page": "shards",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
}
