# verdict: incorrect
# says: 355,000 commands a second

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "larger node",
    "likes": "split key",
}
