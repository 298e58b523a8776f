# verdict: incorrect
# says: 4,000 visitors of one page take \d+\.\d kB; in another structure of the menu 1\d\.\d

structure = {
    "place": "sorted set",
    "visitors": "set",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "stream",
    "typing": "pub/sub",
    "last seat": "row",
}
