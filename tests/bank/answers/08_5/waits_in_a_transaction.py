# verdict: incorrect
# says: it said True, and no replica has


def pay(order, cents, cache, bank):
    bank.charge(cents, key=f"order:{order}")
    stored, replicas = cache.pipeline().set(f"order:{order}", "paid").wait(1, 500).execute()
    return replicas >= 1
