# verdict: incorrect
# says: 1 of the three is false

false_statements = {"A", "C", "E"}
