# verdict: incorrect
# says: reaches the caller


def pay(order, cents, cache, bank):
    try:
        bank.charge(cents, key=f"order:{order}")
    except Exception:
        return False
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 500) >= 1
