# verdict: correct

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry


def connect(host, port):
    retry = Retry(ExponentialBackoff(cap=0.02, base=0.01), 1)
    return redis.Redis(host, port, socket_timeout=0.15, socket_connect_timeout=1.1, retry=retry)
