# verdict: incorrect
# says: 0 means: for ever


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 0) >= 1
