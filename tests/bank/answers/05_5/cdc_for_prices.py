# verdict: incorrect
# says: choice\['prices'\](.|\n)*so does something cheaper(.|\n)*What cannot happen

choice = {
    "descriptions": "delete + ttl",
    "prices": "cdc + lease",
    "stock": "cdc + lease",
    "profiles": "replica cdc + lease",
}
