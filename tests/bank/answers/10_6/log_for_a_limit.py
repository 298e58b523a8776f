# verdict: incorrect
# says: requests of one address take \d+\.\d kB; in another structure of the menu 0\.\d

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "sorted set",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
