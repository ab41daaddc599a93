# shellcheck shell=bash
# What stands beside the services in their namespace: a cache's topology, and Kafka's topics. Both may be absent.
#
# A store outside of the cluster (ElastiCache, MSK) is seen through the services' own /health alone. Inside, a pod's role
# is what its operator writes on it as a label, and topics are KafkaTopic objects of the Application.

# check_redis: every pod of a cache ready, and one primary where the pods say their roles.
check_redis() {
    local name look="kubectl --namespace=$namespace get pods --show-labels"
    if ((${#store_pods[@]} == 0)); then
        report skipped redis "$namespace" NoStore "no pod of Redis, Valkey, Dragonfly or KeyDB in this namespace"
        return
    fi
    for name in "${!store_pods[@]}"; do
        local all="${store_pods[$name]}" ready="${store_ready[$name]:-0}" primaries="${store_primaries[$name]:-0}"
        if ((ready < all)); then
            report failed redis "$name" NotReady "$ready of $all pods are ready" "$look"
        elif ((${store_roles[$name]:-0} > 0 && primaries != 1)); then
            report failed redis "$name" NoSinglePrimary "$primaries of $all pods say that they are the primary" "$look"
        elif ((${store_roles[$name]:-0} > 0)); then
            report ok redis "$name" OnePrimary "$all pods are ready, one of them the primary"
        else
            report ok redis "$name" Ready "$all pods are ready; no label says their roles"
        fi
    done
}

# check_kafka: every topic of the Application Synced, and those of --kafka-topics among them.
check_kafka() {
    local topic look="kubectl --namespace=$namespace get kafkatopics"
    local -a wanted=()
    IFS=, read -ra wanted <<<"$topic_list"
    if ((${#wanted[@]} + ${#kafka_topics[@]} == 0)); then
        report skipped kafka "$namespace" NoTopics "the Application has no KafkaTopic, and --kafka-topics names none"
        return
    fi
    for topic in "${wanted[@]}"; do
        if [[ " ${kafka_topics[*]} " != *" $topic "* ]]; then
            report failed kafka "$topic" NoTopic "the Application has no KafkaTopic of this name" "$look"
        fi
    done
    for topic in "${kafka_topics[@]}"; do
        if [[ " ${behind[*]} " == *" KafkaTopic/$topic "* ]]; then
            report failed kafka "$topic" OutOfSync "the KafkaTopic is not what Git says" "$look"
        else
            report ok kafka "$topic" Synced "the KafkaTopic is what Git says"
        fi
    done
}
