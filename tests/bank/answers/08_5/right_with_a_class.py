# verdict: correct

from redis import Redis


class Payment:
    def __init__(self, order, cents):
        self.order, self.cents = order, cents

    @property
    def key(self):
        return f"order:{self.order}"

    def take(self, bank):
        bank.charge(self.cents, key=self.key)

    def record(self, cache):
        mine = Redis(connection_pool=cache.connection_pool, single_connection_client=True)
        try:
            mine.execute_command("SET", self.key, "paid")
            return mine.execute_command("WAIT", 1, 400)
        finally:
            mine.close()


def pay(order, cents, cache, bank):
    payment = Payment(order, cents)
    payment.take(bank)
    return payment.record(cache) != 0
