"""`python -m cachelab.shop` builds the shop's database, so that no lesson has to."""

from . import template

print(f"The shop's database is in {template()}")
