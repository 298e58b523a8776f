# verdict: incorrect
# says: it returned \{'host'(.|\n)*a redis.Redis


def connect(host, port):
    return {"host": host, "port": port, "socket_timeout": 0.2, "socket_connect_timeout": 0.2}
