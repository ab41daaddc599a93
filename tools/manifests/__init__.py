"""Builds every overlay of k8s/infrastructure offline and reports its faults: `python -m tools.manifests`."""
