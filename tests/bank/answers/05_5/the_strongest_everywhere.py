# verdict: incorrect
# says: choice\['descriptions'\](.|\n)*it holds, and so does something cheaper(.|\n)*forgive

choice = dict.fromkeys(["descriptions", "prices", "stock", "profiles"], "replica cdc + lease")
