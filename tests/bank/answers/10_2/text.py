# verdict: incorrect
# says: it returned '
# says: a 64-bit float

def score(points, when):
    return f"{points}.{2**31 - when}"
