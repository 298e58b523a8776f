# verdict: incorrect
# says: accepts and never answers(.|\n)*How long does the client wait for an answer

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(host, port):
    return redis.Redis(host=host, port=port, socket_connect_timeout=1.5, retry=Retry(NoBackoff(), 0))
