# verdict: correct

import hmac
import json


def make_key(tenant, kind, id):
    return "".join(f"{len(part)}_{part.encode().hex()}" for part in (tenant, kind, id))


def mac(key, body, version, secret):
    name = key.encode()
    return hmac.new(secret, version.to_bytes(4) + len(name).to_bytes(4) + name + body, "sha256").digest()


def pack(key, value, version, secret):
    body = json.dumps(value).encode()
    return body + mac(key, body, version, secret)


def unpack(key, entry, version, secret):
    if not isinstance(entry, bytes) or len(entry) < 32:
        return None
    body, signature = entry[:-32], entry[-32:]
    if hmac.compare_digest(signature, mac(key, body, version, secret)):
        return json.loads(body)
