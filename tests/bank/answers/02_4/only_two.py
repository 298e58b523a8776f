# verdict: incorrect
# says: these are 2
# says: three letters

false_statements = {"B", "D"}
