# verdict: incorrect
# says: fault='evict'(.|\n)*was evicted. What must a fill find


KEY = "product:7:price"
STORE = """
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'price', ARGV[1], 'version', ARGV[2])
return 1
"""


def reader(cache, db):
    price = cache.hget(KEY, "price")
    if price is None:
        price, version = db.read_versioned()
        cache.eval(STORE, 1, KEY, price, version)
    return price


def writer(cache, db):
    price, version = db.write()
    cache.eval(STORE, 1, KEY, price, version)
