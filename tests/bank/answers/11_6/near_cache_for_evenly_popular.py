# verdict: incorrect
# says: 300,400 commands a second

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "near cache",
    "meters": "shards",
    "likes": "split key",
}
