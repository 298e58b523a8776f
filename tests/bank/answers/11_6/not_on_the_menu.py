# verdict: incorrect
# says: one of 'nothing'

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "more money",
}
