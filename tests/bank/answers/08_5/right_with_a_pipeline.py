# verdict: correct

import redis


def pay(order, cents, cache, bank):
    bank.charge(cents, key=("payment", order))
    try:
        pipeline = cache.pipeline(transaction=False)
        pipeline.set(f"order:{order}", "paid")
        pipeline.wait(1, 700)
        stored, replicas = pipeline.execute()
    except redis.RedisError:
        return False
    return bool(stored) and replicas > 0
