# verdict: broken
# says: nx|unexpected keyword|TypeError

import uuid

KEY = "product:7:price"


def memcached_reader(cache, db):
    mark = uuid.uuid4().hex
    found = cache.set(KEY, mark, nx=True, get=True)
    if found is not None:
        return found
    price = db.read()
    cache.set(KEY, price, ifeq=mark)
    return price


def memcached_writer(cache, db):
    db.write()
    cache.delete(KEY)
