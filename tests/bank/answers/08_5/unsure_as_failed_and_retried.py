# verdict: incorrect
# says: the bank has taken|it came back after


def pay(order, cents, cache, bank):
    for attempt in range(3):
        bank.charge(cents, key=(order, attempt))
        with cache.client() as one:
            one.set(f"order:{order}", "paid")
            if one.wait(1, 200):
                return True
    return False
