"""The configuration of the add-on vpc-cni: pulumi-eks sends its defaults with it."""

from __future__ import annotations

from sandbox.providers.wire import Json, Value, dig, mapping

# Option, variable, and its value without the option. Where two options set one variable, the later row wins.
_ENVIRONMENT = (
    ("nodePortSupport", "AWS_VPC_CNI_NODE_PORT_SUPPORT", None),
    ("customNetworkConfig", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", None),
    ("warmEniTarget", "WARM_ENI_TARGET", "1"),
    ("warmIpTarget", "WARM_IP_TARGET", None),
    ("warmPrefixTarget", "WARM_PREFIX_TARGET", None),
    ("enablePrefixDelegation", "ENABLE_PREFIX_DELEGATION", None),
    ("logLevel", "AWS_VPC_K8S_CNI_LOGLEVEL", "DEBUG"),
    ("logFile", "AWS_VPC_K8S_CNI_LOG_FILE", "/host/var/log/aws-routed-eni/ipamd.log"),
    ("vethPrefix", "AWS_VPC_K8S_CNI_VETHPREFIX", "eni"),
    ("eniMtu", "AWS_VPC_ENI_MTU", "9001"),
    ("eniConfigLabelDef", "ENI_CONFIG_LABEL_DEF", None),
    ("pluginLogLevel", "AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "DEBUG"),
    ("pluginLogFile", "AWS_VPC_K8S_PLUGIN_LOG_FILE", "/var/log/aws-routed-eni/plugin.log"),
    ("enablePodEni", "ENABLE_POD_ENI", "false"),
    ("cniConfigureRpfilter", "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", None),
    ("cniCustomNetworkCfg", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false"),
    ("cniExternalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"),
    ("externalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", None),
)


def cni_configuration(options: Value) -> Json:
    """The add-on's configuration for `vpcCniOptions`; what `configurationValues` sets wins over the other options."""
    given = mapping(dig(options, "configurationValues"))
    config = dict(given)
    policy = dig(options, "enableNetworkPolicy")
    if policy is not None:
        config.setdefault("enableNetworkPolicy", _written(policy))
    env: Json = {}
    for option, variable, default in _ENVIRONMENT:
        value = dig(options, option)
        if value or default is not None:
            env[variable] = _written(value) if value else default
    config["env"] = {**env, **mapping(given.get("env"))}
    early = dig(options, "disableTcpEarlyDemux")
    init = mapping(given.get("init"))
    first: Json = {"DISABLE_TCP_EARLY_DEMUX": _written(early) if early else "false"}
    config["init"] = {**init, "env": {**first, **mapping(init.get("env"))}}
    return config


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
