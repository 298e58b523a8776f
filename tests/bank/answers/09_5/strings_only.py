# verdict: incorrect
# says: a dict with AccessString

users = {
    "shop-reader": "on ~shop:* -@all +get +mget +exists +ttl +hget +hgetall +ping",
    "shop-writer": "on ~shop:* -@all +get +mget +exists +ttl +hget +hgetall +ping +set +del +unlink +expire +hset",
    "default": "off",
}
policy = {}
