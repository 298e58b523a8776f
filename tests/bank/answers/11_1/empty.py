# verdict: not attempted
# says: has no answer yet


def slot_of(key): ...
