# verdict: incorrect
# says: at most 250

import hashlib
import hmac
import json


def make_key(tenant, kind, id):
    return "/".join(hashlib.sha512(part.encode()).hexdigest() for part in (tenant, kind, id))


def pack(key, value, version, secret):
    body = json.dumps([key, version, value]).encode()
    return hmac.new(secret, body, "sha256").hexdigest().encode() + b"." + body


def unpack(key, entry, version, secret):
    try:
        signature, _, body = entry.partition(b".")
        if not hmac.compare_digest(signature, hmac.new(secret, body, "sha256").hexdigest().encode()):
            return None
        signed_key, signed_version, value = json.loads(body)
    except (AttributeError, TypeError, ValueError):
        return None
    return value if signed_key == key and signed_version == version else None
