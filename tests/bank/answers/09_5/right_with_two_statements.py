# verdict: correct

users = {
    "shop-reader": {
        "AccessString": "on ~shop:* -@all +get +mget +exists +ttl +hget +hgetall +ping",
        "AuthenticationMode": {"Type": "iam"},
    },
    "shop-writer": {
        "AccessString": "on ~shop:* -@all +get +mget +exists +ttl +hget +hgetall +ping +set +del +unlink +expire +hset",
        "AuthenticationMode": {"Type": "iam"},
    },
    "default": {"AccessString": "off ~* +@all", "AuthenticationMode": {"Type": "no-password-required"}},
}
arn = "arn:aws:elasticache:us-east-1:123456789012"
policy = {
    "Statement": [
        {
            "Sid": "Cache",
            "Effect": "Allow",
            "Action": "elasticache:connect",
            "Resource": arn + ":replicationgroup:shop",
        },
        {
            "Sid": "User",
            "Effect": "Allow",
            "Action": "elasticache:connect",
            "Resource": arn + ":user:shop-reader",
        },
    ]
}
