# verdict: incorrect
# says: the bank has taken 42.00


def pay(order, cents, cache, bank):
    bank.charge(cents, key="payment")
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 500) >= 1
