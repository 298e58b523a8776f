"""The learner's running code: whose line is this, stop it until it ends, a clock for it, words about it.

One copy of each for everybody who runs what a learner wrote: the checks (floor 3) and the explorer (floor 2).
It knows neither, and no engine.
"""
