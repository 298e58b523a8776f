"""Lesson 02: the usual comparison of the two engines, experiments that test it, and the choice."""
