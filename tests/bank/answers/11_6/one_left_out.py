# verdict: not attempted
# says: no remedy for 'likes' yet

remedy = {
    "shop": "nothing",
    "front page": "near cache",
    "sessions": "larger node",
    "catalogue": "replicas",
    "meters": "shards",
}
