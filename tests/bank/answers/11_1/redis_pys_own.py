# verdict: incorrect
# says: a rule of your own

from redis.crc import key_slot


def slot_of(key):
    return key_slot(key.encode())
