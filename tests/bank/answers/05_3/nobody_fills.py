# verdict: incorrect
# says: alone, with a warm cache(.|\n)*it asked the database

KEY = "product:7:price"


def memcached_reader(cache, db):
    head, value = cache.raw_command(f"mg {KEY} v c N30\r\nmn", "MN\r\n").split(b"\r\n")[:2]
    flags = head.split()[2:]
    if b"W" not in flags and b"Z" not in flags:
        return value
    return db.read()


def memcached_writer(cache, db):
    db.write()
    cache.delete(KEY)
