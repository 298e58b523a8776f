# verdict: incorrect
# says: accepts and never answers(.|\n)*it took 0\.[678]\d s

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(
        host=host, port=port, socket_timeout=0.17, socket_connect_timeout=0.17, retry=Retry(NoBackoff(), 3)
    )
