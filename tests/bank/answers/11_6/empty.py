# verdict: not attempted
# says: has no answer yet

remedy = {"shop": ..., "likes": ...}
