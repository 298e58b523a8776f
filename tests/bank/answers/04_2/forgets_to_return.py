# verdict: incorrect
# says: it returned None

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    client = redis.Redis(
        host, port, socket_timeout=0.2, socket_connect_timeout=1.5, retry=Retry(NoBackoff(), 0)
    )
    client.set_retry(Retry(NoBackoff(), 0))
