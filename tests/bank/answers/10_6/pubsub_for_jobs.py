# verdict: incorrect
# says: PUBLISH says 0

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "pub/sub",
    "typing": "pub/sub",
    "last seat": "row",
}
