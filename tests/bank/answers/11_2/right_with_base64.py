# verdict: correct

from base64 import urlsafe_b64encode


def cart_keys(country, customer):
    tag = urlsafe_b64encode(f"{country}:{customer}".encode()).decode()
    return [part + "{" + tag + "}" for part in ("items", "total", "coupon")]
