# verdict: correct

false_statements = set("BDE")
