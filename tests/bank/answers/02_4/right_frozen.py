# verdict: correct

false_statements = frozenset("BDE")
