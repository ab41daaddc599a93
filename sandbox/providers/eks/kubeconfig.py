"""The kubeconfig of an EKS cluster, as pulumi-eks writes it: the token comes from the `aws` command."""

from __future__ import annotations

import json

from sandbox.providers.wire import UNKNOWN, Json, Value, dig, has_unknown, text


def kubeconfig(cluster: Json, credentials: Value) -> Value:
    """The kubeconfig as an object; unknown while any of the cluster's values is.

    `credentials` may name a `roleArn` and a `profileName`.
    """
    endpoint, name, arn = dig(cluster, "endpoint"), dig(cluster, "name"), dig(cluster, "arn")
    certificate = dig(cluster, "certificateAuthority.data")
    if has_unknown([endpoint, name, arn, certificate]) or not isinstance(arn, str):
        return UNKNOWN
    region = arn.split(":")[3]
    args: list[Value] = ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"]
    if text(credentials, "roleArn"):
        args += ["--role", text(credentials, "roleArn")]
    env: list[Value] = [{"name": "KUBERNETES_EXEC_INFO", "value": _EXEC_INFO}]
    if text(credentials, "profileName"):
        env.append({"name": "AWS_PROFILE", "value": text(credentials, "profileName")})
    user: Json = {
        "exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": args, "env": env}
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "kubernetes", "cluster": {"server": endpoint, "certificate-authority-data": certificate}}
        ],
        "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
        "current-context": "aws",
        "users": [{"name": "aws", "user": user}],
    }


def as_text(config: Value) -> Value:
    """The kubeconfig as JSON with sorted keys, so that it compares equal unless it changes."""
    return config if config == UNKNOWN else json.dumps(config, sort_keys=True, separators=(",", ":"))


_EXEC_INFO = '{"apiVersion": "client.authentication.k8s.io/v1beta1"}'
