# verdict: correct

def score(points, when):
    return (points << 32) | (0xFFFFFFFF - when)
