# verdict: incorrect
# says: 60 GiB do not fit into 10 GiB

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "nothing",
    "catalogue": "replicas",
    "meters": "shards",
    "likes": "split key",
}
