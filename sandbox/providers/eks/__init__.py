"""Simulated pulumi-eks: the component `eks:index:Cluster` and its children."""
