# verdict: incorrect
# says: only the reader dies(.|\n)*A new reader gets v0(.|\n)*could look again

KEY = "product:7:price"


def reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price, version = db.read_versioned()
        cache.set(KEY, price, ex=300)
        if db.read_versioned()[1] != version:  # a write came between: its delete may have come too early
            cache.delete(KEY)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
