# verdict: incorrect
# says: packets to the server are dropped(.|\n)*How long does it wait for a connection to open

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(
        host=host, port=port, socket_timeout=0.2, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0)
    )
