"""Simulated AWS: generic behaviour read off the SDK, and tables for what needs a real shape."""
