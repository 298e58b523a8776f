# verdict: incorrect
# says: choice\['stock'\](.|\n)*Who else knows that the row has changed

choice = {
    "descriptions": "delete + ttl",
    "prices": "lease",
    "stock": "lease",
    "profiles": "replica cdc + lease",
}
