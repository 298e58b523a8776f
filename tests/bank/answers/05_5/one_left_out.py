# verdict: not attempted
# says: no choice for 'profiles' yet

choice = {"descriptions": "delete + ttl", "prices": "lease + ttl", "stock": "cdc + lease"}
