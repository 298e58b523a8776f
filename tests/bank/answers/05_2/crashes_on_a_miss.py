# verdict: broken
# says: TypeError|AttributeError(.|\n)*line \d+


def reader(cache, db):
    found = cache.get("product:7:price")
    if found.startswith("lease"):
        return db.read()
    return found


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
