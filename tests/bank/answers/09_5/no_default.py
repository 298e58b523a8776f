# verdict: incorrect
# says: shop-reader, shop-writer, default

users = {
    "shop-reader": {
        "AccessString": "on ~shop:* -@all +get +mget +exists +ttl +hget +hgetall +ping",
        "AuthenticationMode": {"Type": "iam"},
    },
    "shop-writer": {
        "AccessString": "on ~shop:* -@all +get +mget +exists +ttl +hget +hgetall +ping +set +del +unlink +expire +hset",
        "AuthenticationMode": {"Type": "iam"},
    },
}
policy = {}
