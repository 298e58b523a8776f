# verdict: incorrect
# says: the bank has taken nothing


def pay(order, cents, cache, bank):
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 500) >= 1
