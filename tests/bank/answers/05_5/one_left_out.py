# verdict: not attempted
# says: no choice for 'profiles' yet

choice = {"descriptions": "delete + ttl", "prices": "lease", "stock": "cdc + lease"}
