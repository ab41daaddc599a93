"""The floor: what any program with these SDKs costs, with one resource of each package.

Everything that pulumi-eks has is a component that makes a dozen children, so its provider stands for that package.
"""

import pulumi_aws as aws
import pulumi_eks
import pulumi_kubernetes as k8s
import pulumi_random as random
from pulumi import ResourceOptions

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: floor, cluster: {server: "https://floor.invalid"}}]
contexts: [{name: floor, context: {cluster: floor, user: floor}}]
users: [{name: floor, user: {token: none}}]
current-context: floor
"""

on_aws = ResourceOptions(provider=aws.Provider("aws", region="ap-northeast-1"))
on_kubernetes = ResourceOptions(provider=k8s.Provider("kubernetes", kubeconfig=KUBECONFIG))
pulumi_eks.Provider("eks")
aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=on_aws)
k8s.core.v1.Namespace("namespace", opts=on_kubernetes)
random.RandomId("id", byte_length=4, opts=ResourceOptions(provider=random.Provider("random")))
