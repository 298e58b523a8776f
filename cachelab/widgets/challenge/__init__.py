"""Benches that ask for something, see when it is found, remember it, and ask for more."""

from .model import Challenge, Challenges

__all__ = ["Challenge", "Challenges"]
