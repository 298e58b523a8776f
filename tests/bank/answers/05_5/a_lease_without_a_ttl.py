# verdict: incorrect
# says: it is 'lease'(.|\n)*'lease \+ ttl'

choice = {
    "descriptions": "delete + ttl",
    "prices": "lease",
    "stock": "cdc + lease",
    "profiles": "replica cdc + lease",
}
