# verdict: incorrect
# says: none of the three are false

false_statements = {"A", "C", "F"}
