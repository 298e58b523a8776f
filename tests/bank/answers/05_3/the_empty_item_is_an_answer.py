# verdict: incorrect
# says: which the database does not hold(.|\n)*not committed at that moment

KEY = "product:7:price"


def memcached_reader(cache, db):
    head, value = cache.raw_command(f"mg {KEY} v c N30\r\nmn", "MN\r\n").split(b"\r\n")[:2]
    flags = head.split()[2:]
    if b"W" not in flags:  # somebody else is filling: the item is there, and empty
        return value
    price = db.read()
    token = [flag[1:].decode() for flag in flags if flag.startswith(b"c")][0]
    cache.raw_command(f"ms {KEY} {len(price)} C{token}\r\n{price}")
    return price


def memcached_writer(cache, db):
    db.write()
    cache.delete(KEY)
