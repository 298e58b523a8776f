# verdict: not attempted
# says: no structure for 'typing' yet

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "last seat": "row",
}
