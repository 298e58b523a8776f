# verdict: correct

import hashlib
import hmac
import json
from collections import namedtuple
from urllib.parse import quote_plus


def make_key(tenant, kind, id):
    return "/".join(quote_plus(part) for part in (tenant, kind, id))


def sign(key, text, version, secret):
    return hmac.new(secret, json.dumps([version, key, text]).encode(), hashlib.sha256).hexdigest()


def pack(key, value, version, secret):
    text = json.dumps(value)
    return json.dumps({"text": text, "mac": sign(key, text, version, secret)}).encode()


def unpack(key, entry, version, secret):
    Envelope = namedtuple("Envelope", "text mac")  # which Python makes with eval
    try:
        envelope = Envelope(**json.loads(entry))
        good = hmac.compare_digest(envelope.mac, sign(key, envelope.text, version, secret))
        return json.loads(envelope.text) if good else None
    except Exception:
        return None
