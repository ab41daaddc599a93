"""Simulated Kubernetes: objects of any kind, stored by cluster, namespace and name."""
