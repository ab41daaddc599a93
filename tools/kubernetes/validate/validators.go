package main

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	objectmeta "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	security "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	podapi "k8s.io/kubernetes/pkg/api/pod"
	serviceapi "k8s.io/kubernetes/pkg/api/service"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	policyapi "k8s.io/kubernetes/pkg/apis/policy"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/features"
)

// A check validates one decoded object; the template is that of its pods, if it makes any.
type check func(object runtime.Object) (faults field.ErrorList, warnings []string, template *core.PodTemplateSpec)

var (
	workload = field.NewPath("spec", "template")
	// What is known, by the version that the API server serves: the scheme knows more, such as policy/v1beta1.
	checks = map[schema.GroupVersionKind]check{
		{Group: "apps", Version: "v1", Kind: "Deployment"}:                     deployment,
		{Group: "batch", Version: "v1", Kind: "Job"}:                           job,
		{Group: "", Version: "v1", Kind: "Service"}:                            service,
		{Group: "", Version: "v1", Kind: "ConfigMap"}:                          configMap,
		{Group: "", Version: "v1", Kind: "ServiceAccount"}:                     serviceAccount,
		{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}: autoscaler,
		{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"}:          disruptionBudget,
		{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"}:           ingress,
	}
)

// messages says what the API server would refuse an object for, or warn about.
func messages(raw []byte, kind schema.GroupVersionKind, evaluator policy.Evaluator, standard security.LevelVersion) []string {
	known, ok := checks[kind]
	if !ok {
		return []string{fmt.Sprintf("objects of apiVersion %q and kind %q are not known here (tools/kubernetes/validate/validators.go)",
			kind.GroupVersion(), kind.Kind)}
	}
	object, err := runtime.Decode(codecs.UniversalDecoder(), raw)
	if err != nil {
		return []string{err.Error()}
	}
	faults, found, template := known(object)
	if accessor, err := meta.Accessor(object); err == nil {
		faults = append(faults, objectmeta.ValidateObjectMetaAccessor(accessor, true, path.ValidatePathSegmentName, field.NewPath("metadata"))...)
	}
	for _, fault := range faults {
		found = append(found, fault.Error())
	}
	if template != nil {
		found = append(found, insecure(template, evaluator, standard)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// insecure says what Pod Security admission would refuse pods of the template for.
func insecure(template *core.PodTemplateSpec, evaluator policy.Evaluator, standard security.LevelVersion) []string {
	var versioned corev1.PodTemplateSpec
	if err := corev1conversion.Convert_core_PodTemplateSpec_To_v1_PodTemplateSpec(template, &versioned, nil); err != nil {
		return []string{err.Error()}
	}
	var found []string
	for _, result := range evaluator.EvaluatePod(standard, &versioned.ObjectMeta, &versioned.Spec) {
		if !result.Allowed {
			found = append(found, fmt.Sprintf("violates Pod Security %q: %s: %s", standard, result.ForbiddenReason, result.ForbiddenDetail))
		}
	}
	return found
}

func deployment(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	found := object.(*apps.Deployment)
	template := &found.Spec.Template
	faults := appsvalidation.ValidateDeployment(found, podapi.GetValidationOptionsFromPodTemplate(template, nil))
	return faults, podapi.GetWarningsForPodTemplate(context.Background(), workload, template, nil), template
}

// job validates with the selector and labels that the API server gives a Job before it validates.
func job(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	found := object.(*batch.Job)
	template := &found.Spec.Template
	if found.Spec.ManualSelector == nil || !*found.Spec.ManualSelector {
		found.UID = "validated-offline"
		labels := map[string]string{
			batch.LegacyJobNameLabel: found.Name, batch.JobNameLabel: found.Name,
			batch.LegacyControllerUidLabel: string(found.UID), batch.ControllerUidLabel: string(found.UID),
		}
		for key, value := range template.Labels {
			labels[key] = value
		}
		template.Labels = labels
		if found.Spec.Selector == nil {
			found.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{batch.ControllerUidLabel: string(found.UID)}}
		}
	}
	faults := batchvalidation.ValidateJob(found, batchvalidation.JobValidationOptions{
		PodValidationOptions:  podapi.GetValidationOptionsFromPodTemplate(template, nil),
		RequirePrefixedLabels: true,
	})
	return faults, podapi.GetWarningsForPodTemplate(context.Background(), workload, template, nil), template
}

func service(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	found := object.(*core.Service)
	return corevalidation.ValidateServiceCreate(found), serviceapi.GetWarningsForService(found, nil), nil
}

func configMap(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	return corevalidation.ValidateConfigMap(object.(*core.ConfigMap)), nil, nil
}

func serviceAccount(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	return corevalidation.ValidateServiceAccount(object.(*core.ServiceAccount)), nil, nil
}

func autoscaler(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	options := autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{
		MinReplicasLowerBound:          1,
		ObjectMetricsValidationOptions: autoscalingvalidation.CrossVersionObjectReferenceValidationOptions{AllowEmptyAPIGroup: true},
	}
	if utilfeature.DefaultFeatureGate.Enabled(features.HPAScaleToZero) {
		options.MinReplicasLowerBound = 0
	}
	return autoscalingvalidation.ValidateHorizontalPodAutoscaler(object.(*autoscaling.HorizontalPodAutoscaler), options), nil, nil
}

func disruptionBudget(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	found := object.(*policyapi.PodDisruptionBudget)
	return policyvalidation.ValidatePodDisruptionBudget(found, policyvalidation.PodDisruptionBudgetValidationOptions{}), nil, nil
}

func ingress(object runtime.Object) (field.ErrorList, []string, *core.PodTemplateSpec) {
	return networkingvalidation.ValidateIngressCreate(object.(*networking.Ingress)), nil, nil
}
