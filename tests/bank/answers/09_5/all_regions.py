# verdict: incorrect
# says: connects in eu-west-1

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
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["elasticache:Connect"],
            "Resource": [
                "arn:aws:elasticache:*:123456789012:replicationgroup:shop",
                "arn:aws:elasticache:*:123456789012:user:shop-reader",
            ],
        }
    ],
}
