# verdict: incorrect
# says: One of the two is enough


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(2, 500) >= 2
