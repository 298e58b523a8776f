# verdict: correct

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    pool = redis.ConnectionPool.from_url(
        f"redis://{host}:{port}/0",
        socket_connect_timeout=1.2,
        socket_timeout=0.3,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )
    return redis.Redis(connection_pool=pool)
