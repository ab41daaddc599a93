"""A simulated cloud for the real Pulumi engine: no account, no network, real state."""
