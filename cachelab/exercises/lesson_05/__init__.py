"""Lesson 05, invalidation races: each answer is run in every order, and shown the shortest one that goes
wrong."""
