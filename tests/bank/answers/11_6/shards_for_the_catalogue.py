# verdict: incorrect
# says: so is something that costs less

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "shards",
    "meters": "shards",
    "likes": "split key",
}
