"""Providers for the simulated cloud, in a process of their own.

One process serves every package, each on its own port, because only CheckConfig and Configure name the package.
"""

from sandbox.providers.client import ApiServer, ProviderProcess, serve

__all__ = ["ApiServer", "ProviderProcess", "serve"]
