# verdict: incorrect
# says: what was stored was evaluated|it raised

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = repr([key, version, value]).encode()
    return hmac.new(secret, body, "sha256").hexdigest().encode() + b"." + body


def unpack(key, entry, version, secret):
    try:
        signature, _, body = entry.partition(b".")
        if not hmac.compare_digest(signature, hmac.new(secret, body, "sha256").hexdigest().encode()):
            return None
        signed_key, signed_version, value = eval(body)
    except (AttributeError, TypeError, ValueError):
        return None
    return value if signed_key == key and signed_version == version else None
