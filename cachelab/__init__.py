"""The code behind the lessons: engines, shop, races, cloud, checks, widgets."""
