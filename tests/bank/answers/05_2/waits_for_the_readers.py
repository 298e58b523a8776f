# verdict: incorrect
# says: it waits for every reader(.|\n)*know that the slowest reader is done

from cachelab import races


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)
    return price


def writer(cache, db):
    db.write()
    races.outlast_readers()
    cache.delete("product:7:price")
