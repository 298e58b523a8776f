# verdict: incorrect
# says: order:7 holds None


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    with cache.client() as one:
        one.set(f"orders:{order}", "paid")
        return one.wait(1, 500) >= 1
