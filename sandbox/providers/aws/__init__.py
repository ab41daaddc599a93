"""Simulated AWS: generic behaviour derived from the SDK, and tables for values that need a real shape."""
