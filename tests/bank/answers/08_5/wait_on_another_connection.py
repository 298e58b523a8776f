# verdict: incorrect
# says: it said True, and no replica has
# says: connection


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    cache.set(f"order:{order}", "paid")
    return cache.wait(1, 500) >= 1
