# verdict: incorrect
# says: though it was changed|nobody|a part was missing

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    name = json.dumps([key, version]).encode()
    return hmac.new(secret, name, "sha256").hexdigest().encode() + json.dumps(value).encode()


def unpack(key, entry, version, secret):
    try:
        name = json.dumps([key, version]).encode()
        good = hmac.new(secret, name, "sha256").hexdigest().encode()
        return json.loads(entry[64:]) if hmac.compare_digest(entry[:64], good) else None
    except (TypeError, ValueError):
        return None
