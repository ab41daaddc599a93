"""Builds every overlay of k8s/infrastructure offline and says what is wrong with it: `python -m tools.manifests`."""
