# verdict: incorrect
# says: it returned None

import hmac
import json


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    body = json.dumps([key, version, value]).encode()
    return hmac.new(secret, body, "sha256").hexdigest().encode() + b"." + body


def unpack(key, entry, version, secret):
    return json.loads(b"null")
