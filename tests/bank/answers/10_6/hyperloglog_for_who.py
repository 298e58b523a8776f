# verdict: incorrect
# says: no command says whether user 7

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "HyperLogLog",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
