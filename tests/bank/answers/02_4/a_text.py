# verdict: broken
# says: is a str
# says: should be a set

false_statements = "BDE"
