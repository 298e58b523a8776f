# verdict: incorrect
# says: You accuse G

false_statements = {"D", "E", "G"}
