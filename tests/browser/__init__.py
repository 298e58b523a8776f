"""Journeys in a real browser: JupyterLab on loopback, Debian's Chromium, Playwright."""
