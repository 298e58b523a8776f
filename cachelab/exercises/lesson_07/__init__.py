"""Lesson 07, stampedes: each answer is run in every order, where orders matter, and in virtual time, where
durations do."""
