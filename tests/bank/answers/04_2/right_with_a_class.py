# verdict: correct

import redis


class QuickRedis(redis.Redis):
    def __init__(self, host, port, **options):
        super().__init__(host, port, socket_timeout=0.25, socket_connect_timeout=1, retry=None, **options)


def connect(host, port):
    return QuickRedis(host, port)
