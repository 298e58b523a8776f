"""The learner's running code: whose line is this, stop it until it ends, a clock for it, words about it.

One copy of each for everybody who runs what a learner wrote: the checks (floor 3), the explorer (floor 2) and
virtual time (floor 1). It stands below them all, and knows no engine.
"""
