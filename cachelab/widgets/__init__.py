"""Thin views on the floors below: each is a plain Python model, and a picture of it."""

from .base import Base
from .bench import Bench, Choice, Slider
from .chart import Chart
from .figure import Figure
from .predict import predict
from .preflight import preflight
from .quantity import quantity
from .show import show
from .traffic import TrafficBench, traffic

__all__ = [
    "Base",
    "Bench",
    "Chart",
    "Choice",
    "Figure",
    "Slider",
    "TrafficBench",
    "predict",
    "preflight",
    "quantity",
    "show",
    "traffic",
]
