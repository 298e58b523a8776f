# verdict: not attempted
# says: `false_statements` has no answer yet

false_statements = ...
