# verdict: incorrect
# says: it is \['delete \+ ttl'\]

choice = {
    "descriptions": ["delete + ttl"],
    "prices": "lease + ttl",
    "stock": "cdc + lease",
    "profiles": "replica cdc + lease",
}
