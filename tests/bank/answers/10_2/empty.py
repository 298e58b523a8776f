# verdict: not attempted
# says: has no answer yet


def score(points, when):
    raise NotImplementedError("your code goes here")
