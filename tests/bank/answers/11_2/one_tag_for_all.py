# verdict: incorrect
# says: one of three shards has 100%
# says: customers of one country

from urllib.parse import quote


def cart_keys(country, customer):
    who = quote(customer, safe="")
    return [f"{{shop}}:{country}:{who}:{part}" for part in ("items", "total", "coupon")]
