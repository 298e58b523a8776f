# verdict: incorrect
# says: On what does your score depend

def score(points, when):
    return points * 2**31 + 2**31 - when // 60
