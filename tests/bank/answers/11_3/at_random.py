# verdict: incorrect
# says: the second time it chose another node

import random


def node_for(key, nodes):
    return random.choices(list(nodes), nodes.values())[0]
