"""`python -m cachelab.checks`, as `make lab` and Binder run it: the learner's copies of the notebooks."""

from .course.copies import refresh

if made := refresh():
    print(f"{len(made)} new in", " and ".join(sorted({f"{copy.parent.name}/" for copy in made})))
