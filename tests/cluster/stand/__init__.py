"""The test stand: a Kubernetes API server with its controllers, and an Argo CD, in namespaces of their own.

`stand.Stand` combines the parts; the module of each part describes what is real and what is simulated.
"""
