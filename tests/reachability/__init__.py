"""Who reaches whom under the rendered network policies, computed and not tried: nothing has to run."""
