# verdict: not attempted
# says: `memcached_reader` has no answer yet


def memcached_reader(cache, db):
    raise NotImplementedError("your code goes here")


def memcached_writer(cache, db):
    raise NotImplementedError("your code goes here")
