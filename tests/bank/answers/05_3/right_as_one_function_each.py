# verdict: correct

KEY = "product:7:price"


def memcached_reader(cache, db):
    answer = cache.raw_command(f"mg {KEY} s v c N60\r\nmn", "MN\r\n").split(b"\r\n")
    flags = {flag[:1]: flag[1:] for flag in answer[0].split()[2:]}
    if not {b"W", b"Z"} & set(flags):
        return answer[1].decode()
    price = db.read()
    if b"W" in flags:
        cache.raw_command(f"ms {KEY} {len(price)} T600 C{flags[b'c'].decode()}\r\n{price}")
    return price


def memcached_writer(cache, db):
    db.write()
    cache.raw_command(f"md {KEY}")
