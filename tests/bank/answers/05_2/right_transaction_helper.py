# verdict: correct

KEY = "product:7:price"


def reader(cache, db):
    prices = []

    def fill(pipe):
        price = pipe.get(KEY)
        known = price not in (None, "gone")
        prices.append(price if known else db.read())
        pipe.multi()
        if not known:
            pipe.set(KEY, prices[-1], ex=3600)

    cache.transaction(fill, KEY)
    return prices[-1]


def writer(cache, db):
    db.write()
    cache.set(KEY, "gone", ex=60)
