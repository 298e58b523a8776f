# verdict: correct

two_writers = "abba"
late_write = "wrrrw"
