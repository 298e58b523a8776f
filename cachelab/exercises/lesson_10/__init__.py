"""Lesson 10, more than a cache: boards, sessions, limits and queues that hold in every order."""
