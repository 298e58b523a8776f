# verdict: incorrect
# says: nobody listens there(.|\n)*had not come back after 1.5 s(.|\n)*What took the rest of the time

import redis


def connect(host, port):
    return redis.Redis(host, port)
