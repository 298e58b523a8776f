# verdict: correct

choice = dict(
    descriptions="delete + ttl",
    prices="lease + ttl",
    stock="cdc + lease",
    profiles="replica cdc + lease",
    carts="delete",
)
