"""Lesson 10, more than a cache: sessions that end, and a limit that holds in every order."""
