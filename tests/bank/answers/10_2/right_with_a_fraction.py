# verdict: correct

def score(points, when):
    return points - when / 2**31
