# verdict: incorrect
# says: 100 messages were read by all, and 100 are still there

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "stream",
    "last seat": "row",
}
