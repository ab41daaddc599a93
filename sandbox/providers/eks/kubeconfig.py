"""The kubeconfig of an EKS cluster, as pulumi-eks writes it: the token comes from the `aws` command."""

from __future__ import annotations

import json

from sandbox.providers.wire import Json, Value, text


def kubeconfig(cluster: Json, credentials: Value, *, profile: bool = False) -> Json:
    """The kubeconfig of a cluster with these outputs, as an object whose order of keys is that of its text.

    `credentials` may name a `roleArn`, and a `profileName` that only counts with `profile`.
    """
    region, name = text(cluster, "arn").split(":")[3], text(cluster, "name")
    args: list[Value] = ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"]
    if text(credentials, "roleArn"):
        args += ["--role", text(credentials, "roleArn")]
    if profile and text(credentials, "profileName"):
        args += ["--profile", text(credentials, "profileName")]
    login: Json = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": args,
        "env": [{"name": "KUBERNETES_EXEC_INFO", "value": _EXEC_INFO}],
    }
    certificate = text(cluster, "certificateAuthority.data")
    address: Json = {"server": text(cluster, "endpoint"), "certificate-authority-data": certificate}
    return {
        "apiVersion": "v1",
        "clusters": [{"cluster": address, "name": "kubernetes"}],
        "contexts": [{"context": {"cluster": "kubernetes", "user": "aws"}, "name": "aws"}],
        "current-context": "aws",
        "kind": "Config",
        "users": [{"name": "aws", "user": {"exec": login}}],
    }


def as_text(config: Value) -> str:
    """A value as JSON, as JavaScript writes it: without spaces, in the order of the keys."""
    return json.dumps(config, separators=(",", ":"), ensure_ascii=False)


_EXEC_INFO = '{"apiVersion": "client.authentication.k8s.io/v1beta1"}'
