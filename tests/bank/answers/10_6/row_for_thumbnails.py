# verdict: incorrect
# says: what is lost here can be made good

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "row",
    "typing": "pub/sub",
    "last seat": "row",
}
