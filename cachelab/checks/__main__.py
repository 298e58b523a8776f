"""`python -m cachelab.checks`, as Binder and dev containers run it: the learner's copies of the notebooks."""

from .course.copies import refresh

try:
    made = refresh()
except OSError as error:  # a course folder on a volume that only reads
    made = []
    print(f"No copies of the notebooks were made: {error}. The course opens all the same;")
    print("to keep what you write, work in a copy of the course in a folder of your own.")
if made:
    print(f"{len(made)} new in", " and ".join(sorted({f"{copy.parent.name}/" for copy in made})))
