# verdict: incorrect
# says: 146,450 commands a second

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "shards",
}
