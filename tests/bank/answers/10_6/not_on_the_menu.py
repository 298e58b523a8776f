# verdict: incorrect
# says: one of 'text'

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "JSON",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
