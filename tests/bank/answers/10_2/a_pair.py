# verdict: incorrect
# says: it returned \(
# says: a number

def score(points, when):
    return (points, -when)
