# verdict: incorrect
# says: cut anew
# says: glued together

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = json.dumps(value)
    return hmac.new(secret, f"{key}{body}{version}".encode(), "sha256").hexdigest().encode() + body.encode()


def unpack(key, entry, version, secret):
    try:
        body = entry[64:].decode()
        good = hmac.new(secret, f"{key}{body}{version}".encode(), "sha256").hexdigest().encode()
        return json.loads(body) if hmac.compare_digest(entry[:64], good) else None
    except (TypeError, ValueError):
        return None
