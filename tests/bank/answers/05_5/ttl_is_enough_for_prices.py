# verdict: incorrect
# says: choice\['prices'\](.|\n)*It heals when

choice = {
    "descriptions": "delete + ttl",
    "prices": "delete + ttl",
    "stock": "cdc + lease",
    "profiles": "replica cdc + lease",
}
