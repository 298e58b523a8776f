# verdict: incorrect
# says: 4,000 of 8,000 users take \d+\.\d kB; in another structure of the menu 1\.\d

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "set",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
