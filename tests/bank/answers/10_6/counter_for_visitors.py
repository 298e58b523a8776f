# verdict: incorrect
# says: came three times, and it says 3

structure = {
    "place": "sorted set",
    "visitors": "counter",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
