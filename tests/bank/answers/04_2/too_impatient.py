# verdict: incorrect
# says: busy for 0.1 s(.|\n)*TimeoutError(.|\n)*given up at every hiccup

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(
        host=host, port=port, socket_timeout=0.04, socket_connect_timeout=1.5, retry=Retry(NoBackoff(), 0)
    )
