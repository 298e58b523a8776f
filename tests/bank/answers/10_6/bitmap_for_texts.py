# verdict: incorrect
# says: one visitor takes 16,\d+ kB|one visitor takes 2\d,\d+ kB

structure = {
    "place": "sorted set",
    "visitors": "bitmap",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
