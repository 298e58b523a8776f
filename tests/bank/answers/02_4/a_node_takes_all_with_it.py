# verdict: incorrect
# says: You accuse C
# says: match.run\('lost node'\)

false_statements = {"B", "C", "E"}
