# verdict: incorrect
# says: sturdy_reader\(cache, db\), alone, with a warm cache


def sturdy_reader(cache, db):
    return db.read()


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.delete("product:7:price")
