# verdict: not attempted
# says: `late_write` has no answer yet

two_writers = "ABBA"
late_write = ...
