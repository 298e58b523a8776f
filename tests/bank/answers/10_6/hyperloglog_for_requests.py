# verdict: incorrect
# says: asked three times, and PFCOUNT says 1

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "HyperLogLog",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
