"""Thin views on the floors below: each is a plain Python model, and a picture of it."""

from .chart import Chart
from .figure import Figure
from .quantity import quantity

__all__ = ["Chart", "Figure", "quantity"]
