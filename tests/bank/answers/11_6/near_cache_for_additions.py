# verdict: incorrect
# says: 200,050 commands a second

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "near cache",
}
