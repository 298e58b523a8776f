# verdict: incorrect
# says: choice\['stock'\](.|\n)*Who else knows that the row has changed

choice = {
    "descriptions": "delete + ttl",
    "prices": "lease + ttl",
    "stock": "lease + ttl",
    "profiles": "replica cdc + lease",
}
