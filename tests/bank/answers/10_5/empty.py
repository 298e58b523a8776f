# verdict: not attempted
# says: no answer yet

def put(cache, job):
    raise NotImplementedError("your code goes here")


take = done = put
