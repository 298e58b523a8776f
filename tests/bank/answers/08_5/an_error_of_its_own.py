# verdict: incorrect
# says: the bank's TimeoutError reaches the caller
# says: RuntimeError


def pay(order, cents, cache, bank):
    try:
        bank.charge(cents, key=f"order:{order}")
    except TimeoutError as error:
        raise RuntimeError("payment failed") from error
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 500) >= 1
