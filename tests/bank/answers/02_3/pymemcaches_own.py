# verdict: incorrect
# says: pymemcache's RendezvousHash chose the node

from pymemcache.client.rendezvous import RendezvousHash


def node_for(key, nodes):
    return RendezvousHash(nodes).get_node(key)
