# verdict: incorrect
# says: 2 of the three are false
# says: You accuse A
# says: match.run\('threads'\)

false_statements = {"A", "B", "D"}
