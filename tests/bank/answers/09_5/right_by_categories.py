# verdict: correct

users = {
    "shop-reader": {
        "AccessString": "on ~shop:* +@read -@write -@dangerous -@scripting -scan -randomkey -dbsize +ping",
        "AuthenticationMode": {"Type": "iam"},
    },
    "shop-writer": {
        "AccessString": "on ~shop:* +@read +@write -@dangerous -@scripting -@admin -scan -randomkey -dbsize +ping",
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
                "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:shop",
                "arn:aws:elasticache:us-east-1:123456789012:user:shop-reader",
            ],
        }
    ],
}
