# verdict: incorrect
# says: no fields that can be read and changed

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "bitmap",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
