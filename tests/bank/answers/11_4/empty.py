# verdict: not attempted
# says: has no answer yet


def get_many(cluster, keys): ...
