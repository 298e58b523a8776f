# verdict: incorrect
# says: it has 'chat'

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
    "chat": "pub/sub",
}
