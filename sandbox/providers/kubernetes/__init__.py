"""Simulated Kubernetes: objects of any kind, kept by cluster, namespace and name."""
