# verdict: incorrect
# says: 1 byte of
# says: guessed by trying

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = json.dumps([key, version, value]).encode()
    return hmac.new(secret, body, "sha256").hexdigest()[:1].encode() + b"." + body


def unpack(key, entry, version, secret):
    try:
        signature, _, body = entry.partition(b".")
        if not hmac.compare_digest(signature, hmac.new(secret, body, "sha256").hexdigest()[:1].encode()):
            return None
        signed_key, signed_version, value = json.loads(body)
    except (AttributeError, TypeError, ValueError):
        return None
    return value if signed_key == key and signed_version == version else None
