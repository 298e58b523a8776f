# verdict: incorrect
# says: nobody listens there(.|\n)*What took the rest of the time

import redis


def connect(host, port):
    return redis.Redis(host=host, port=port, socket_timeout=0.2, socket_connect_timeout=1.5)
