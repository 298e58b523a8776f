"""Rate limiters side by side: who gets in. Lesson 10."""

from .gate import who_gets_in

__all__ = ["who_gets_in"]
