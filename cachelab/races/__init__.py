"""Runs client functions in every order and finds the shortest one that goes wrong."""

from .explore import explore
from .faults import cdc, outlast_readers

__all__ = ["explore", "cdc", "outlast_readers"]
