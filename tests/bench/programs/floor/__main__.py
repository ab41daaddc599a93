"""The floor: the cost of any program with these SDKs, with one resource of each package.

The SDKs load a module when it is first used, so `import pulumi_aws` alone imports almost nothing. To import the same
modules as the platform's program, this one uses the classes that its configuration names. pulumi-eks has only
components with a dozen children each, so its provider represents that package.
"""

from functools import reduce
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_eks
import pulumi_kubernetes as k8s
import pulumi_random as random
import pulumi_tls as tls
from pulumi import ResourceOptions

SDKS: dict[str, Any] = {"aws": aws, "eks": pulumi_eks, "kubernetes": k8s, "random": random, "tls": tls}
KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: floor, cluster: {server: "https://floor.invalid"}}]
contexts: [{name: floor, context: {cluster: floor, user: floor}}]
users: [{name: floor, user: {token: none}}]
current-context: floor
"""

for package, *path in pulumi.Config().require_object("classes"):
    reduce(getattr, path, SDKS[package])

on_aws = ResourceOptions(provider=aws.Provider("aws", region="ap-northeast-1"))
on_kubernetes = ResourceOptions(provider=k8s.Provider("kubernetes", kubeconfig=KUBECONFIG))
pulumi_eks.Provider("eks")
aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=on_aws)
k8s.core.v1.Namespace("namespace", opts=on_kubernetes)
random.RandomId("id", byte_length=4, opts=ResourceOptions(provider=random.Provider("random")))
tls.PrivateKey("key", algorithm="RSA", opts=ResourceOptions(provider=tls.Provider("tls")))
