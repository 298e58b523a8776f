# verdict: incorrect
# says: these are 8

false_statements = set("ABCDEFGH")
