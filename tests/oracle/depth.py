"""How far property tests look: as many examples as stand in the test, or DEPTH times that (`make deep`)."""

import os

DEPTH = int(os.environ.get("CACHELAB_DEPTH", "1"))


def examples(usual: int) -> int:
    """The number of examples for Hypothesis's `max_examples`."""
    return usual * DEPTH
