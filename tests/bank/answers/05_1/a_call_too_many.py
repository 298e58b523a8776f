# verdict: incorrect
# says: letter 6, R, has no call left

two_writers = "ABBA"
late_write = "WWRRRR"
