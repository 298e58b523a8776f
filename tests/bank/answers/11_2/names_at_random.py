# verdict: incorrect
# says: the second time it returned
# says: has to find it

import uuid


def cart_keys(country, customer):
    tag = uuid.uuid4().hex
    return ["{" + tag + "}:" + part for part in ("items", "total", "coupon")]
