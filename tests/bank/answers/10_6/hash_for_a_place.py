# verdict: incorrect
# says: 4,000 of 4,000 players are sent

structure = {
    "place": "hash",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
