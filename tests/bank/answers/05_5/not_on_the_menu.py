# verdict: incorrect
# says: it is 'pray'(.|\n)*'replica cdc \+ lease'

choice = {
    "descriptions": "pray",
    "prices": "lease + ttl",
    "stock": "cdc + lease",
    "profiles": "replica cdc + lease",
}
