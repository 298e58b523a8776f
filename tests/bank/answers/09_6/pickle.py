# verdict: incorrect
# says: code ran

import json
import pickle


def make_key(tenant, kind, id):
    return json.dumps([tenant, kind, id], separators=(",", ":")).replace(" ", "\\u0020")


def pack(key, value, version, secret):
    return pickle.dumps(value)


def unpack(key, entry, version, secret):
    try:
        return pickle.loads(entry)
    except Exception:
        return None
