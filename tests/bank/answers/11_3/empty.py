# verdict: not attempted
# says: has no answer yet


def node_for(key, nodes):
    pass
