# verdict: incorrect
# says: 'b' is none of the statements|'d' is none|'e' is none

false_statements = {"b", "d", "e"}
