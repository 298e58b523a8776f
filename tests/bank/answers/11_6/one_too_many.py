# verdict: incorrect
# says: it has 'blog'

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
    "blog": "nothing",
}
