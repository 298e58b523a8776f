# verdict: correct
# says: What refutes them

false_statements = {"E", "D", "B"}
