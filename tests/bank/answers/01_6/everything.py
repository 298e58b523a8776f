# verdict: incorrect
# says: get_user


def worth_caching(query):
    return True
