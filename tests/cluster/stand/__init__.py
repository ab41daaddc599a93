"""A Kubernetes API server with all that acts on it, and an Argo CD, in namespaces of their own.

`stand.Stand` puts the parts together; the module of each part says what is real in it and what stands in.
"""
