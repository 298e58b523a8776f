"""Lesson 12, the capstone: one module, and what becomes of it."""
