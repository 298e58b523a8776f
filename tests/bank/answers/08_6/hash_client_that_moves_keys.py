# verdict: incorrect
# says: in the spare, and nowhere else|nowhere|in one of the four nodes

from pymemcache.client.hash import HashClient


class Client(HashClient):
    def set(self, key, value):
        return super().set(key, value, expire=300, noreply=False)

    def delete(self, key):
        return super().delete(key, noreply=False)


def gutter_client(nodes, spare):
    return Client(nodes, timeout=0.1, connect_timeout=0.1, ignore_exc=True, retry_attempts=0)
