"""The harness itself: what it must see of a program, and what it must not let pass."""

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as k8s
import pulumi_random as random
import pytest

from tests.harness.harness import UNKNOWN, run_program

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"


class Pair(pulumi.ComponentResource):
    """A component with a VPC, a subnet in it, and outputs."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:test:Pair", name, {}, opts)
        self.vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(parent=self))
        self.subnet = aws.ec2.Subnet(f"{name}-subnet", vpc_id=self.vpc.id, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"vpcId": self.vpc.id, "cidr": "10.0.0.0/16"})


def test_inputs_are_recorded_as_the_engine_sees_them() -> None:
    ingress = aws.ec2.SecurityGroupIngressArgs(from_port=443, to_port=443, protocol="tcp", self=True)
    run = run_program(lambda: aws.ec2.SecurityGroup("sg", ingress=[ingress]))
    rule = run.one("aws:ec2/securityGroup:SecurityGroup").inputs["ingress"][0]
    assert rule == {"fromPort": 443, "toPort": 443, "protocol": "tcp", "self": True}
    assert type(rule["fromPort"]) is int


def test_a_resource_given_as_input_is_its_urn() -> None:
    def program() -> None:
        group = aws.ec2.SecurityGroup("sg")
        eks.Cluster("c", cluster_security_group=group)

    run = run_program(program)
    assert run.named("c").inputs["clusterSecurityGroup"] == run.named("sg").urn


def test_secret_inputs_are_unwrapped_and_named() -> None:
    def program() -> None:
        deep: Any = {"Inner": pulumi.Output.secret("b")}
        aws.ec2.Vpc("v", cidr_block=pulumi.Output.secret("10.0.0.0/16"), tags=deep, instance_tenancy="default")

    vpc = run_program(program).one(VPC)
    assert vpc.inputs == {"cidrBlock": "10.0.0.0/16", "tags": {"Inner": "b"}, "instanceTenancy": "default"}
    assert vpc.secret_keys == {"cidrBlock", "tags"}


def test_secret_outputs_are_told_from_plain_ones() -> None:
    def program() -> None:
        password = random.RandomPassword("p", length=24)
        vpc = aws.ec2.Vpc("v", cidr_block=pulumi.Output.secret("10.0.0.0/16"))
        pulumi.export("password", password.result)
        pulumi.export("length", password.length)
        pulumi.export("cidr", vpc.cidr_block)
        pulumi.export("arn", vpc.arn)

    run = run_program(program)
    assert len(run.outputs["password"]) == run.outputs["length"] == 24
    assert run.secret_outputs == {"password", "cidr"}


def test_parents_and_descendants_are_recorded() -> None:
    class Outer(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("platform:test:Outer", "outer")
            Pair("in", pulumi.ResourceOptions(parent=self))

    run = run_program(Outer)
    outer, pair = run.named("outer"), run.named("in")
    assert outer.parent is None
    assert pair.parent == outer.urn
    assert run.children(outer) == [pair]
    assert [r.name for r in run.under(outer)] == ["in", "in-vpc", "in-subnet"]
    assert run.named("in-vpc").urn.split("::")[2] == f"platform:test:Outer$platform:test:Pair${VPC}"


def test_protect_is_recorded_and_reaches_the_children_of_a_local_component() -> None:
    def program() -> None:
        Pair("kept", pulumi.ResourceOptions(protect=True))
        Pair("free")

    run = run_program(program)
    assert run.named("kept").protect is True
    assert run.named("kept-vpc").protect is True
    assert run.named("free-vpc").protect is None


def test_providers_are_recorded_and_reach_the_children() -> None:
    def program() -> None:
        provider = aws.Provider("main", region="eu-west-1")
        Pair("with", pulumi.ResourceOptions(providers=[provider]))
        aws.ec2.Vpc("without")
        aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider))

    run = run_program(program)
    reference = f"{run.named('main').urn}::"
    assert run.named("with").providers["aws"].startswith(reference)
    assert (run.named("with-vpc").provider or "").startswith(reference)
    assert run.named("without").provider is None
    assert [(i.token, i.provider.startswith(reference)) for i in run.invokes] == [
        ("aws:index/getCallerIdentity:getCallerIdentity", True)
    ]


def test_options_are_recorded() -> None:
    def program() -> None:
        vpc = aws.ec2.Vpc("v", opts=pulumi.ResourceOptions(import_="vpc-1", delete_before_replace=False))
        options = pulumi.ResourceOptions(
            aliases=[pulumi.Alias(name="old"), "urn:pulumi:test::test::a:b:C::d"],
            ignore_changes=["tags", "availability_zone"],
            replace_on_changes=["cidrBlock"],
            additional_secret_outputs=["arn"],
            retain_on_delete=True,
            deleted_with=vpc,
            delete_before_replace=True,
            custom_timeouts=pulumi.CustomTimeouts(create="30m"),
        )
        aws.ec2.Subnet("s", vpc_id="x", opts=options)

    run = run_program(program)
    subnet, vpc = run.one(SUBNET), run.one(VPC)
    assert subnet.aliases == [{"name": "old"}, {"urn": "urn:pulumi:test::test::a:b:C::d"}]
    assert subnet.ignore_changes == ["tags", "availabilityZone"]
    assert subnet.replace_on_changes == ["cidrBlock"]
    assert subnet.additional_secret_outputs == ["arn"]
    assert subnet.retain_on_delete
    assert subnet.deleted_with == vpc.urn
    assert (subnet.delete_before_replace, vpc.delete_before_replace) == (True, False)
    assert subnet.custom_timeouts == {"create": "30m"}
    assert (vpc.import_id, vpc.retain_on_delete, vpc.custom_timeouts) == ("vpc-1", False, {})


def test_transforms_are_recorded_and_not_run() -> None:
    def change(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return pulumi.ResourceTransformResult(props={**args.props, "cidrBlock": "changed"}, opts=args.opts)

    run = run_program(
        lambda: aws.ec2.Vpc("v", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(transforms=[change]))
    )
    assert run.one(VPC).transforms == (change,)
    assert run.one(VPC).inputs["cidrBlock"] == "10.0.0.0/16"


def test_dependencies_are_recorded_for_the_resource_and_for_each_property() -> None:
    run = run_program(lambda: Pair("p"))
    vpc, subnet = run.one(VPC), run.one(SUBNET)
    assert subnet.depends_on == {vpc.urn}
    assert subnet.property_dependencies["vpcId"] == {vpc.urn}


def test_depends_follows_every_step() -> None:
    def program() -> None:
        first = aws.ec2.Vpc("first")
        second = aws.ec2.Subnet("second", vpc_id=first.id)
        third = aws.ec2.Vpc("third", opts=pulumi.ResourceOptions(depends_on=[second]))
        aws.ec2.Vpc("child", opts=pulumi.ResourceOptions(parent=third))
        aws.ec2.Vpc("dies-with-third", opts=pulumi.ResourceOptions(deleted_with=third))

    run = run_program(program)
    first, third = run.named("first"), run.named("third")
    assert run.depends(third, first)
    assert not run.depends(first, third)
    assert run.depends(run.named("child"), first)
    assert run.depends(run.named("dies-with-third"), first)


def test_a_component_inside_another_depends_on_what_the_outer_one_depends_on() -> None:
    def program() -> None:
        first = aws.ec2.Vpc("first")
        outer = Pair("outer", pulumi.ResourceOptions(depends_on=[first]))
        Pair("inner", pulumi.ResourceOptions(parent=outer))

    run = run_program(program)
    assert run.named("inner-vpc").depends_on == frozenset()
    assert run.depends(run.named("inner-vpc"), run.named("first"))


def test_depends_follows_the_provider() -> None:
    def program() -> None:
        cluster = eks.Cluster("c")
        provider = k8s.Provider("k", kubeconfig=cluster.kubeconfig_json)
        k8s.core.v1.Namespace("n", opts=pulumi.ResourceOptions(provider=provider))

    run = run_program(program)
    assert run.depends(run.named("n"), run.named("c"))


def test_depending_on_a_component_is_depending_on_all_that_is_under_it() -> None:
    def program() -> None:
        pair = Pair("p")
        aws.ec2.Vpc("after", opts=pulumi.ResourceOptions(depends_on=[pair]))
        aws.ec2.Subnet("of-the-vpc", vpc_id=pair.vpc.id)

    run = run_program(program)
    pair, after, partly = run.named("p"), run.named("after"), run.named("of-the-vpc")
    assert run.depends(after, pair)
    assert run.depends(after, run.named("p-subnet"))
    assert run.depends(partly, run.named("p-vpc"))
    assert not run.depends(partly, pair)


def test_what_comes_out_of_a_remote_component_depends_on_what_went_into_it() -> None:
    def program() -> None:
        vpc = aws.ec2.Vpc("v")
        cluster = eks.Cluster("c", vpc_id=vpc.id)
        aws.eks.Addon("a", cluster_name=cluster.eks_cluster.name, addon_name="coredns")

    run = run_program(program)
    assert run.depends(run.named("a"), run.named("v"))


def test_component_outputs_are_recorded() -> None:
    run = run_program(lambda: Pair("p"))
    vpc_id = run.one(SUBNET).inputs["vpcId"]
    assert vpc_id.startswith("vpc-")
    assert run.named("p").outputs == {"vpcId": vpc_id, "cidr": "10.0.0.0/16"}
    assert run.one(VPC).outputs == {}


def test_reads_are_kept_apart_from_what_is_made() -> None:
    def program() -> None:
        found = aws.ecr.Repository.get("found", "nova/auth-service")
        pulumi.export("id", found.id)

    run = run_program(program)
    assert run.resources == []
    assert [(r.type, r.import_id) for r in run.reads] == [("aws:ecr/repository:Repository", "nova/auth-service")]
    assert run.outputs == {"id": "nova/auth-service"}


def test_a_preview_knows_inputs_and_no_computed_output() -> None:
    applied: list[str] = []

    def program() -> None:
        pair = Pair("p")
        pair.vpc.arn.apply(applied.append)
        pair.vpc.cidr_block.apply(applied.append)

    run = run_program(program, preview=True)
    assert applied == ["10.0.0.0/16"]
    assert run.one(SUBNET).inputs["vpcId"] == UNKNOWN


def test_one_lists_the_candidates() -> None:
    def program() -> None:
        aws.ec2.Vpc("a")
        aws.ec2.Vpc("b")

    run = run_program(program)
    assert run.one(VPC, "b").name == "b"
    with pytest.raises(AssertionError, match=r"2 resources are aws:ec2/vpc:Vpc .*\['a', 'b'\]"):
        run.one(VPC)
    with pytest.raises(AssertionError, match=r"0 resources are aws:ec2/vpc:Vpc c; there are: \['a', 'b'\]"):
        run.one(VPC, "c")
    with pytest.raises(AssertionError, match=r"there are: \['aws:ec2/vpc:Vpc'\]"):
        run.one(SUBNET)
    with pytest.raises(AssertionError, match=r"named c; there are: \['aws:ec2/vpc:Vpc a', 'aws:ec2/vpc:Vpc b'\]"):
        run.named("c")


def test_all_filters_by_inputs() -> None:
    def program() -> None:
        aws.ec2.Vpc("a", cidr_block="10.0.0.0/16")
        aws.ec2.Vpc("b", cidr_block="10.1.0.0/16")

    run = run_program(program)
    assert [r.name for r in run.all(VPC)] == ["a", "b"]
    assert [r.name for r in run.all(VPC, cidrBlock="10.1.0.0/16")] == ["b"]
    assert run.all(VPC, tags=None) == []
