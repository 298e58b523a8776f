# verdict: not attempted
# says: `node_for` has no answer yet


def node_for(key, nodes):
    """The node, one of `nodes`, that this key lives on."""
    raise NotImplementedError("your code goes here")
