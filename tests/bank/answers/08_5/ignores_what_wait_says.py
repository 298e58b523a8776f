# verdict: incorrect
# says: it said True, and no replica has


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        one.wait(1, 500)
        return True
