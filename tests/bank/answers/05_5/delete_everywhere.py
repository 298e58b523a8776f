# verdict: incorrect
# says: choice\['descriptions'\](.|\n)*right again after a while(.|\n)*Who else knows

choice = dict.fromkeys(["descriptions", "prices", "stock", "profiles"], "delete")
