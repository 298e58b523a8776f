# verdict: incorrect
# says: On what does your score depend

def score(points, when):
    return points
