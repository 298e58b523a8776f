# verdict: incorrect
# says: it returned None(.|\n)*Who hid the outage

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


class Quiet(redis.Redis):
    def execute_command(self, *args, **options):
        try:
            return super().execute_command(*args, **options)
        except redis.RedisError:
            return None


def connect(host, port):
    return Quiet(host, port, socket_timeout=0.2, socket_connect_timeout=1.5, retry=Retry(NoBackoff(), 0))
