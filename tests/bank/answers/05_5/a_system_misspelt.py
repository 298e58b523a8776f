# verdict: not attempted
# says: 'description' is not one of the systems

choice = {
    "description": "delete + ttl",
    "prices": "lease + ttl",
    "stock": "cdc + lease",
    "profiles": "replica cdc + lease",
}
