"""Lesson 01, why cache: the arithmetic that says whether a cache pays, and for which queries."""
