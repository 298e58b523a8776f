# verdict: incorrect
# says: by version

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = json.dumps(value)
    return hmac.digest(secret, f"{version}{key}|{body}".encode(), "sha256") + body.encode()


def unpack(key, entry, version, secret):
    try:
        body = entry[32:].decode()
        good = hmac.digest(secret, f"{version}{key}|{body}".encode(), "sha256")
        return json.loads(body) if hmac.compare_digest(entry[:32], good) else None
    except (TypeError, ValueError):
        return None
