# verdict: incorrect
# says: nobody came to 127.0.0.2

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

_client = None


def connect(host, port):
    global _client
    if _client is None:
        _client = redis.Redis(
            host=host, port=port, socket_timeout=0.2, socket_connect_timeout=1.5, retry=Retry(NoBackoff(), 0)
        )
    return _client
