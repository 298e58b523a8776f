# verdict: broken
# says: `choice` is a list(.|\n)*should be a dict

choice = ["delete + ttl", "lease + ttl", "cdc + lease", "replica cdc + lease"]
