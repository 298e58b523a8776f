# verdict: correct

from contextlib import suppress
from time import monotonic

from redis import RedisError


class Budget:
    def __init__(self, deadline):
        self.deadline = deadline

    def left(self, most=float("inf")):
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError("nobody waits any more")
        return min(left, most)


def get_user(user_id, cache, db, deadline):
    budget = Budget(deadline)
    user = None
    with suppress(RedisError):
        user = cache.get(f"user:{user_id}", timeout=budget.left(0.1))
    if user is None:
        user = db.read(user_id, timeout=budget.left())
        with suppress(RedisError, TimeoutError):
            cache.set(f"user:{user_id}", user, ex=60, timeout=budget.left(0.05))
    return user
