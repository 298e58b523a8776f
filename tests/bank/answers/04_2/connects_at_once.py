# verdict: incorrect
# says: making one needs no server yet

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(
        host=host,
        port=port,
        socket_timeout=0.2,
        socket_connect_timeout=1.5,
        retry=Retry(NoBackoff(), 0),
        single_connection_client=True,
    )
