# verdict: incorrect
# says: while another memcached_reader is at its db.read\(\)(.|\n)*looks again and again
import time

KEY = "product:7:price"


def memcached_reader(cache, db):
    while True:
        head, value = cache.raw_command(f"mg {KEY} v c N30\r\nmn", "MN\r\n").split(b"\r\n")[:2]
        flags = head.split()[2:]
        if b"Z" not in flags:
            break
        time.sleep(0.05)
    if b"W" not in flags:
        return value
    price = db.read()
    [token] = [flag[1:].decode() for flag in flags if flag.startswith(b"c")]
    cache.raw_command(f"ms {KEY} {len(price)} T300 C{token}\r\n{price}")
    return price


def memcached_writer(cache, db):
    db.write()
    cache.delete(KEY)
