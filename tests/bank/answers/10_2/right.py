# verdict: correct

def score(points, when):
    return points * 2**31 + 2**31 - when
