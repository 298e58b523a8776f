"""`python -m cachelab`: the same as `cachelab`."""

import sys

from cachelab.command import main

sys.exit(main())
