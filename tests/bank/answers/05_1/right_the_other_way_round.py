# verdict: correct

two_writers = "BAAB"
late_write = "W RRR W"
