# verdict: incorrect
# says: packets to the server are dropped(.|\n)*it gave up after 0.20 s(.|\n)*after a failover

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(
        host=host, port=port, socket_timeout=0.2, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0)
    )
