# shellcheck shell=bash
# Whether the pods of every workload are ready, and of one revision.
#
# A pod belongs to the workload that its label app.kubernetes.io/name names: the network policies know it by the same.
# Pods that are ending, that are done and those of Jobs do not count. Wants $namespace, $image_tag, $service_list.

declare -A pods_all pods_ready pods_hash pods_mixed pods_trouble pods_tag live_path ready_path unscraped metrics_path
declare -A store_pods store_ready store_primaries store_roles
pods_reason="" pods_message=""

# wanted_workloads: into $names, the workloads whose pods must be ready: what the platform lists, and what Git brings.
wanted_workloads() {
    local name
    if [[ -n "$service_list" ]]; then
        IFS=, read -ra names <<<"$service_list"
        return
    fi
    names=("${catalogue[@]}")
    for name in "${workloads[@]}"; do
        if [[ " ${names[*]} " != *" $name "* ]]; then names+=("$name"); fi
    done
}

# state_words CONTAINER WAITING MESSAGE TERMINATED EXIT RESTARTS LAST LAST_EXIT: into $REPLY, why it is not ready.
state_words() {
    local container="$1" waiting="$2" message terminated="$4" exit_code="$5" restarts="$6" last="$7" last_exit="$8"
    unquoted "$3"
    message="$REPLY"
    REPLY="container $container: "
    if [[ -n "$waiting" ]]; then
        REPLY+="$waiting${message:+, $message}${last:+ (ended before: $last, status $last_exit)}"
    elif [[ -n "$terminated$exit_code" ]]; then
        REPLY+="ended: $terminated, status $exit_code"
    else
        REPLY+="runs, but its probe does not pass (restarts: $restarts)"
    fi
}

# count_pod: adds the pod that was just read to its workload.
count_pod() {
    if [[ -n "$deleting" || "$owner" == Job || "$phase" == Succeeded || "$phase" == Failed ]]; then return 0; fi
    case "$app" in redis* | valkey* | dragonfly* | keydb*) count_store ;; esac
    pods_all[$app]=$((${pods_all[$app]:-0} + 1))
    if [[ "${pods_hash[$app]:-$hash}" != "$hash" ]]; then pods_mixed[$app]="${pods_hash[$app]} and $hash"; fi
    pods_hash[$app]="$hash"
    if [[ "$scraped" != true ]]; then unscraped[$app]="$pod"; fi
    metrics_path[$app]="$path"
    if [[ "$ready" == True ]]; then
        pods_ready[$app]=$((${pods_ready[$app]:-0} + 1))
    else
        pods_trouble[$app]="${pods_trouble[$app]:-$pod: ${trouble:-$phase, not ready}}"
    fi
    if [[ -n "$image_tag" && "$images " != *":$image_tag "* ]]; then
        pods_tag[$app]="${pods_tag[$app]:-$pod runs${images}, not tag $image_tag}"
    fi
}

# count_store: a pod of a cache in this namespace, its place in the topology read off a label.
count_store() {
    store_pods[$app]=$((${store_pods[$app]:-0} + 1))
    if [[ "$ready" == True ]]; then store_ready[$app]=$((${store_ready[$app]:-0} + 1)); fi
    case "$role" in
        master | primary) store_primaries[$app]=$((${store_primaries[$app]:-0} + 1)) ;;&
        master | primary | slave | replica | secondary) store_roles[$app]=$((${store_roles[$app]:-0} + 1)) ;;
    esac
}

# read_pods: every pod of the namespace, added up by workload. 1 when they were not read.
read_pods() {
    local kind a b c d e f g h pod app hash deleting phase owner ready role trouble images scraped path
    pods_all=() pods_ready=() pods_hash=() pods_mixed=() pods_trouble=() pods_tag=() live_path=() ready_path=()
    unscraped=() metrics_path=() store_pods=() store_ready=() store_primaries=() store_roles=()
    ask "$work/pods" get pods --namespace="$namespace" --output="go-template=$POD_RECORDS" || return 1
    while IFS="$US" read -r kind a b c d e f g h; do
        case "$kind" in
            pod)
                pod="$a" app="${b:--}" hash="$c" deleting="$d" phase="$e" owner="$f" ready="$g"
                role="" trouble="" images="" scraped="" path=""
                ;;
            role) role="$a" ;;
            image) images+=" $a" ;;
            scrape) scraped="$a" path="$b" ;;
            probe) if [[ "$a" == live ]]; then live_path[$app]="$b"; else ready_path[$app]="$b"; fi ;;
            unscheduled) unquoted "$a" && trouble="not scheduled: $REPLY" ;;
            state)
                # What waits for another container says nothing; the other one does.
                if [[ -z "$trouble" || "$trouble" == *PodInitializing* ]]; then
                    state_words "$a" "$b" "$c" "$d" "$e" "$f" "$g" "$h"
                    trouble="$REPLY"
                fi
                ;;
            end) count_pod ;;
        esac
    done <"$work/pods"
}

# judge_pods NAME: empties $pods_reason when the workload's pods are as they should be.
judge_pods() {
    local name="$1"
    pods_reason="" pods_message=""
    if ((${pods_all[$name]:-0} == 0)); then
        pods_reason=NoPods pods_message="no pod carries the label app.kubernetes.io/name=$name"
    elif [[ -n "${pods_trouble[$name]:-}" ]]; then
        pods_reason=NotReady
        pods_message="${pods_ready[$name]:-0} of ${pods_all[$name]} pods are ready; ${pods_trouble[$name]}"
    elif [[ -n "${pods_tag[$name]:-}" ]]; then
        pods_reason=OtherImage pods_message="${pods_tag[$name]}"
    elif [[ -n "${pods_mixed[$name]:-}" ]]; then
        pods_reason=OldPods pods_message="pods of two revisions run side by side: ${pods_mixed[$name]}"
    fi
}

# pods_are_well: whether every wanted workload's pods are as they should be, and there is at least one.
pods_are_well() {
    local name
    wanted_workloads
    for name in "${names[@]}"; do
        judge_pods "$name"
        if [[ -n "$pods_reason" ]]; then return 1; fi
    done
    ((${#names[@]} > 0))
}

# something_is_left_out: whether a wanted service has no pod, and nothing in the Application that could bring one.
something_is_left_out() {
    local name
    wanted_workloads
    for name in "${names[@]}"; do
        if ((${pods_all[$name]:-0} == 0)) && [[ " ${workloads[*]} " != *" $name "* ]]; then return 0; fi
    done
    return 1
}

# report_pods: a line for each workload.
report_pods() {
    local name
    wanted_workloads
    if ((${#names[@]} == 0)); then
        report failed pods "$application" NothingToCheck "it has no Deployment or StatefulSet in namespace $namespace" \
            "kubectl --namespace=$argocd_namespace get applications.argoproj.io $application --output=yaml"
    fi
    for name in "${names[@]}"; do
        judge_pods "$name"
        if [[ -z "$pods_reason" ]]; then
            report ok pods "$name" Ready "${pods_ready[$name]} of ${pods_all[$name]} pods are ready"
        else
            report failed pods "$name" "$pods_reason" "$pods_message" \
                "kubectl --namespace=$namespace describe pods --selector=app.kubernetes.io/name=$name"
        fi
    done
}
