# verdict: incorrect
# says: there is a record|it said True|reaches the caller


def pay(order, cents, cache, bank):
    try:
        bank.charge(cents, key=f"order:{order}")
    except TimeoutError:
        pass
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 500) >= 1
