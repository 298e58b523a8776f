# verdict: incorrect
# says: You accuse F
# says: also a delete

false_statements = {"D", "E", "F"}
