# verdict: incorrect
# says: fault='crash'(.|\n)*no reader can fill the cache again(.|\n)*Who frees what it held

KEY = "product:7:price"


def memcached_reader(cache, db):
    head, value = cache.raw_command(f"mg {KEY} v c N0\r\nmn", "MN\r\n").split(b"\r\n")[:2]
    flags = head.split()[2:]
    if b"W" not in flags and b"Z" not in flags:
        return value
    price = db.read()
    if b"W" in flags:
        [token] = [flag[1:].decode() for flag in flags if flag.startswith(b"c")]
        cache.raw_command(f"ms {KEY} {len(price)} T300 C{token}\r\n{price}")
    return price


def memcached_writer(cache, db):
    db.write()
    cache.delete(KEY)
