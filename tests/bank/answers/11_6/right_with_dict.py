# verdict: correct

remedy = dict(
    likes="split key", meters="shards", catalogue="replicas", sessions="larger node", shop="nothing"
)
remedy["front page"] = "near cache"
