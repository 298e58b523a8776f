# verdict: correct

choice = {
    "profiles": "replica cdc + lease",
    "stock": "cdc + lease",
    "prices": "lease + ttl",
    "descriptions": "delete + ttl",
}
