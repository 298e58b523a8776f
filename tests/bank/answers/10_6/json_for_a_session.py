# verdict: incorrect
# says: 'cart 1, language de': one change is lost

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "text",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
