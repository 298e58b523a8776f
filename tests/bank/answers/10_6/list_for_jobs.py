# verdict: incorrect
# says: of 60 jobs [345]\d are done

structure = {
    "place": "sorted set",
    "visitors": "HyperLogLog",
    "active": "bitmap",
    "limit": "counter",
    "session": "hash",
    "thumbnails": "list",
    "typing": "pub/sub",
    "last seat": "row",
}
