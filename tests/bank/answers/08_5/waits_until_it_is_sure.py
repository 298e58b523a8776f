# verdict: incorrect
# says: an answer within 1 s


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        while not one.wait(1, 500):
            pass
        return True
