"""Kernels and the small owners of their state."""
