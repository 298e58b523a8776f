"""What the exercises ask and how answers are judged: one exercise one file, in a folder for each lesson.

`cachelab.checks` finds them here by their lesson's number. What several lessons ask stands in `asserts/`; no
lesson imports another.
"""
