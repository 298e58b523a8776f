# verdict: incorrect
# says: another_query


def worth_caching(query):
    return query["name"] in {"product_page", "top_products", "newest_reviews"}
