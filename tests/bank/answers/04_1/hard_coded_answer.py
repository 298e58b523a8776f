# verdict: incorrect
# says: \['user_id'\] was 42

from datetime import UTC, datetime


def get_user(user_id, cache, db):
    return {
        "user_id": 42,
        "email": "ada@shop.example",
        "name": "Ada",
        "street": "1 Canal Street",
        "postcode": "12345",
        "city": "Lisbon",
        "country": "PT",
        "newsletter": False,
        "loyalty_points": 0,
        "created_at": datetime(2024, 1, 1, tzinfo=UTC),
    }
