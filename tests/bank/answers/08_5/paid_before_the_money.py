# verdict: incorrect
# says: no record: nothing was paid


def pay(order, cents, cache, bank):
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        sure = one.wait(1, 500) >= 1
    bank.charge(cents, key=f"order:{order}")
    return sure
