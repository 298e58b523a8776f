# verdict: incorrect
# says: comes too late

import hmac
import json
import pickle


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = pickle.dumps(value)
    return hmac.digest(secret, f"{len(key)} {key} {version} ".encode() + body, "sha256") + body


def unpack(key, entry, version, secret):
    try:
        value = pickle.loads(entry[32:])
        good = hmac.digest(secret, f"{len(key)} {key} {version} ".encode() + entry[32:], "sha256")
        return value if hmac.compare_digest(entry[:32], good) else None
    except Exception:
        return None
