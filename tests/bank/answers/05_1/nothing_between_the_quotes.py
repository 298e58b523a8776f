# verdict: incorrect
# says: A and B still have calls to make

two_writers = ""
late_write = ""
