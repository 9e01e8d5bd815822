"""Nightclerk's domain: plain Python that reads, asks, checks and files. It never imports prefect."""

__version__ = "0.1.0"
