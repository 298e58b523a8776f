# verdict: incorrect
# says: the first gets 'Ann is typing' and the second None

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "list",
    "last seat": "row",
}
