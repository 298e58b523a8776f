# verdict: incorrect
# says: The record was there already


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    with cache.client() as one:
        one.set(f"order:{order}", "paid", nx=True)
        return one.wait(1, 500) >= 1
