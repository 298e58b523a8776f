"""Charts that live: a figure and its data, a chart that is fed while it is seen, a bench with sliders."""

from .bench import Bench, Choice, Slider
from .chart import Chart
from .figure import Figure

__all__ = ["Bench", "Chart", "Choice", "Figure", "Slider"]
