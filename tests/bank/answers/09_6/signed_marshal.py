# verdict: incorrect
# says: what was stored was unmarshalled

import hmac
import json
import marshal


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = marshal.dumps((key, version, value))
    return hmac.digest(secret, body, "sha256") + body


def unpack(key, entry, version, secret):
    if entry is None or not hmac.compare_digest(entry[:32], hmac.digest(secret, entry[32:], "sha256")):
        return None
    packed = marshal.loads(entry[32:])
    return packed[2] if packed[:2] == (key, version) else None
