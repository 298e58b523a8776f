# verdict: incorrect
# says: alone, with a warm cache(.|\n)*it asked the database(.|\n)*never of use


def reader(cache, db):
    return db.read()


def writer(cache, db):
    db.write()
