# verdict: incorrect
# says: it said True


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    try:
        with cache.client() as one:
            one.set(f"order:{order}", "paid")
            return one.wait(1, 500) >= 1
    except Exception:
        return True
