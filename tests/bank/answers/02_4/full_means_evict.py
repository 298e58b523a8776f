# verdict: incorrect
# says: You accuse H
# says: not one eviction

false_statements = {"B", "E", "H"}
