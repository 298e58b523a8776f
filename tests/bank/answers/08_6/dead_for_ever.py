# verdict: incorrect
# says: came back, empty

from pymemcache.client.base import Client
from pymemcache.client.rendezvous import RendezvousHash
from pymemcache.exceptions import MemcacheError


class GutterClient:
    def __init__(self, nodes, spare):
        self.ring = RendezvousHash(nodes)
        self.clients = {node: self.connect(node) for node in nodes}
        self.spare, self.dead = self.connect(spare), set()

    def connect(self, node):
        return Client(node, timeout=0.1, connect_timeout=0.1, default_noreply=False)

    def on(self, key, operation):
        node = self.ring.get_node(key)
        try:
            if node in self.dead:
                raise OSError("dead")
            return operation(self.clients[self.ring.get_node(key)], 300)
        except (OSError, MemcacheError):
            self.dead.add(node)
        try:
            return operation(self.spare, 10)
        except (OSError, MemcacheError):
            return None

    def get(self, key):
        return self.on(key, lambda client, ttl: client.get(key))

    def set(self, key, value):
        return self.on(key, lambda client, ttl: client.set(key, value, expire=ttl))

    def delete(self, key):
        return self.on(key, lambda client, ttl: client.delete(key))


def gutter_client(nodes, spare):
    return GutterClient(nodes, spare)
