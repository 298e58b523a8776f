# verdict: incorrect
# says: explore\(\[memcached_reader, memcached_reader, memcached_writer\], memcached=True(.|\n)*A new reader gets v0

KEY = "product:7:price"


def memcached_reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price = db.read()
        cache.add(KEY, price)
    return price


def memcached_writer(cache, db):
    old, token = cache.gets(KEY)
    price, _ = db.write()
    stored = cache.add(KEY, price) if old is None else cache.cas(KEY, price, token)
    if not stored:
        cache.delete(KEY)
