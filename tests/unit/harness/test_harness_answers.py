"""What the simulated providers compute and answer."""

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as k8s
import pytest

from tests.harness.harness import run_program

VPC = "aws:ec2/vpc:Vpc"


def test_eks_cluster_has_its_outputs() -> None:
    def program() -> None:
        cluster = eks.Cluster("c", name="nova-staging", version="1.35", skip_default_security_groups=True)
        pulumi.export("arn", cluster.eks_cluster.arn)
        pulumi.export("version", cluster.eks_cluster.version)
        pulumi.export("endpoint", cluster.eks_cluster.endpoint)
        pulumi.export("issuer", cluster.eks_cluster.identities[0].oidcs[0].issuer)  # pyright: ignore[reportOptionalSubscript] AWS gives both
        pulumi.export("kubeconfig", pulumi.Output.json_loads(cluster.kubeconfig_json))
        pulumi.export("group", cluster.cluster_security_group_id)
        pulumi.export("same", cluster.eks_cluster.vpc_config.cluster_security_group_id)

    out = run_program(program).outputs
    assert out["arn"] == "arn:aws:eks:ap-northeast-1:025434362120:cluster/nova-staging"
    assert out["version"] == "1.35"
    assert out["kubeconfig"]["clusters"][0]["cluster"]["server"] == out["endpoint"]
    assert out["kubeconfig"]["users"][0]["user"]["exec"]["args"][-1] == "nova-staging"
    assert out["issuer"].startswith("https://oidc.eks.ap-northeast-1.amazonaws.com/id/")
    assert out["group"] == out["same"]
    assert out["group"].startswith("sg-")


def test_computed_outputs_have_the_shapes_of_aws() -> None:
    def program() -> None:
        database = aws.rds.Instance("db", instance_class="db.t4g.micro", identifier="nova", port=6432)
        cache = aws.elasticache.ReplicationGroup("c", description="d")
        policy = aws.iam.Policy("p", policy="{}", name="push")
        pulumi.export("db", database.endpoint)
        pulumi.export("port", aws.rds.Instance("other", instance_class="db.t4g.micro").port)
        pulumi.export("secret", database.master_user_secrets[0].secret_arn)
        pulumi.export("repo", aws.ecr.Repository("r", name="nova/auth").repository_url)
        pulumi.export("oidc", aws.iam.OpenIdConnectProvider("o", url="https://a.b", client_id_lists=["x"]).arn)
        pulumi.export("policy", policy.arn.apply(lambda arn: policy.id.apply(lambda id_: [arn, id_])))
        pulumi.export("cache", cache.primary_endpoint_address)
        pulumi.export("other", aws.sfn.Activity("act").arn)

    out = run_program(program).outputs
    assert out["db"].startswith("nova.")
    assert out["db"].endswith(".ap-northeast-1.rds.amazonaws.com:6432")
    assert out["port"] == 5432
    assert out["secret"].startswith("arn:aws:secretsmanager:ap-northeast-1:025434362120:secret:rds!db-")
    assert out["repo"] == "025434362120.dkr.ecr.ap-northeast-1.amazonaws.com/nova/auth"
    assert out["oidc"] == "arn:aws:iam::025434362120:oidc-provider/a.b"
    assert out["policy"] == ["arn:aws:iam::025434362120:policy/push"] * 2
    assert out["cache"].endswith(".cache.amazonaws.com")
    assert out["other"].startswith("arn:aws:sfn:ap-northeast-1:025434362120:")


def test_kubernetes_objects_have_names_and_releases_a_status() -> None:
    def program() -> None:
        pulumi.export("given", k8s.core.v1.Namespace("n", metadata={"name": "nova"}).metadata.name)
        pulumi.export("made", k8s.core.v1.Namespace("m").metadata.name)
        release = k8s.helm.v3.Release("r", chart="argo-cd", name="argocd", namespace="argocd")
        pulumi.export("release", release.status.name)

    out = run_program(program).outputs
    assert out["given"] == "nova"
    assert out["made"].startswith("m-")
    assert out["release"] == "argocd"


def test_overridden_outputs_win() -> None:
    def program() -> None:
        pulumi.export("id", aws.ec2.Vpc("v").default_security_group_id)

    assert run_program(program, outputs={VPC: {"defaultSecurityGroupId": "sg-1"}}).outputs == {"id": "sg-1"}


def test_aws_answers_about_itself_only() -> None:
    def program() -> None:
        pulumi.export("account", aws.get_caller_identity_output().account_id)
        pulumi.export("region", aws.get_region_output(region="eu-west-1").region)
        pulumi.export("zones", aws.get_availability_zones_output(state="available").names)
        pulumi.export("partition", aws.get_partition_output().partition)

    assert run_program(program).outputs == {
        "account": "025434362120",
        "region": "eu-west-1",
        "zones": ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"],
        "partition": "aws",
    }
    with pytest.raises(ValueError, match="no answer to aws:ec2/getVpc:getVpc"):
        run_program(lambda: aws.ec2.get_vpc_output(id="vpc-1"))
