# verdict: incorrect
# says: choice\['profiles'\](.|\n)*copy of the database that did not know

choice = {
    "descriptions": "delete + ttl",
    "prices": "lease + ttl",
    "stock": "cdc + lease",
    "profiles": "cdc + lease",
}
