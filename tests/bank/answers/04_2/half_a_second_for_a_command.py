# verdict: incorrect
# says: accepts and never answers(.|\n)*it took 0.50 s(.|\n)*in less than 0.5 s

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(
        host=host, port=port, socket_timeout=0.5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
    )
