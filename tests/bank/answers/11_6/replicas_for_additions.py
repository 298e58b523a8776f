# verdict: incorrect
# says: 200,333 commands a second

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "replicas",
}
