# verdict: incorrect
# says: the bank has taken 42.00 and 42.00
import uuid


def pay(order, cents, cache, bank):
    bank.charge(cents, key=uuid.uuid4().hex)
    with cache.client() as one:
        one.set(f"order:{order}", "paid")
        return one.wait(1, 500) >= 1
