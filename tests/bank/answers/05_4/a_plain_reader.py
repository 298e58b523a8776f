# verdict: incorrect
# says: explore\(\[sturdy_reader, plain_writer, handler\]\)(.|\n)*A new reader gets v0

KEY = "product:7:price"


def sturdy_reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price = db.read()
        cache.set(KEY, price)
    return price


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.delete(KEY)
