# verdict: incorrect
# says: packed for shop:user:6, and changed
# says: Is that signed, too

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = json.dumps([version, value]).encode()
    return f"{key}|".encode() + hmac.digest(secret, body, "sha256") + body


def unpack(key, entry, version, secret):
    try:
        label, _, rest = entry.partition(b"|")
        if not hmac.compare_digest(rest[:32], hmac.digest(secret, rest[32:], "sha256")):
            return None
        signed, value = json.loads(rest[32:])
    except (AttributeError, TypeError, ValueError):
        return None
    return value if (label.decode(errors="replace"), signed) == (key, version) else None
