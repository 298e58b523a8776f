# verdict: correct

choice = {
    "profiles": "replica cdc + lease",
    "stock": "cdc + lease",
    "prices": "lease",
    "descriptions": "delete + ttl",
}
