"""What the Python models of the Kubernetes API lose: the Go type behind a field.

A model says `int`, `str` or `object`; the API server's decoder says `int64`, `v1.Protocol` or
"quantities must match the regular expression". Each row below gives one Go type the fields that have
it, as `Struct.field`. A list of the type is meant where the model says list. Fields that stand
nowhere are what their model says: `str` is string, `int` is int32.

Checked field by field against the types of k8s.io/api v0.33 to v0.37, by reflection.
"""

from __future__ import annotations

from typing import Final

OTHER_RULES: Final = {
    "int64": (
        "ClusterTrustBundleProjection.user Condition.observedGeneration ConfigMapVolumeSource.defaultUser "
        "CronJobSpec.startingDeadlineSeconds DaemonSetStatus.observedGeneration "
        "DeploymentStatus.observedGeneration DownwardAPIVolumeFile.user DownwardAPIVolumeSource.defaultUser "
        "JobSpec.activeDeadlineSeconds KeyToPath.user LinuxContainerUser.gid LinuxContainerUser.supplementalGroups "
        "LinuxContainerUser.uid ObjectMeta.deletionGracePeriodSeconds ObjectMeta.generation "
        "PodCertificateProjection.user PodCondition.observedGeneration PodSecurityContext.fsGroup "
        "PodSecurityContext.runAsGroup PodSecurityContext.runAsUser PodSecurityContext.supplementalGroups "
        "PodSpec.activeDeadlineSeconds PodSpec.terminationGracePeriodSeconds PodStatus.observedGeneration "
        "Probe.terminationGracePeriodSeconds ProjectedVolumeSource.defaultUser ReplicaSetStatus.observedGeneration "
        "SecretVolumeSource.defaultUser SecurityContext.runAsGroup SecurityContext.runAsUser "
        "ServiceAccountTokenProjection.expirationSeconds ServiceAccountTokenProjection.user SleepAction.seconds "
        "StatefulSetStatus.observedGeneration Toleration.tolerationSeconds"
    ),
    "IntOrString": (
        "HTTPGetAction.port NetworkPolicyPort.port RollingUpdateDaemonSet.maxSurge "
        "RollingUpdateDaemonSet.maxUnavailable RollingUpdateDeployment.maxSurge "
        "RollingUpdateDeployment.maxUnavailable RollingUpdateStatefulSetStrategy.maxUnavailable "
        "ServicePort.targetPort TCPSocketAction.port"
    ),
    "Quantity": (
        "EmptyDirVolumeSource.sizeLimit NodeAllocatableMappedResources.quantity "
        "NodeAllocatableOverheadResources.perContainer NodeAllocatableOverheadResources.perPod "
        "ResourceFieldSelector.divisor"
    ),
    "ResourceList": (
        "ContainerStatus.allocatedResources NodeAllocatableResourceClaimStatus.resources "
        "PersistentVolumeClaimStatus.allocatedResources "
        "PersistentVolumeClaimStatus.capacity PodSpec.overhead PodStatus.allocatedResources "
        "ResourceRequirements.limits ResourceRequirements.requests VolumeResourceRequirements.limits "
        "VolumeResourceRequirements.requests"
    ),
    "Free": "ManagedFieldsEntry.fieldsV1",
}
"""Types with a decoding rule of their own.

`int64` is wider than int32. `IntOrString` takes both. `Quantity` takes a number or a text such as
`500m`; `ResourceList` is a map of them. `Free` is taken as it is.
"""

NAMED_TEXT: Final = {
    "AppArmorProfileType": "AppArmorProfile.type",
    "AzureDataDiskCachingMode": "AzureDiskVolumeSource.cachingMode",
    "AzureDataDiskKind": "AzureDiskVolumeSource.kind",
    "Capability": "Capabilities.add Capabilities.drop",
    "ClaimResourceStatus": "PersistentVolumeClaimStatus.allocatedResourceStatuses",
    "CompletionMode": "JobSpec.completionMode",
    "ConcurrencyPolicy": "CronJobSpec.concurrencyPolicy",
    "ConditionStatus": (
        "Condition.status DaemonSetCondition.status DeploymentCondition.status JobCondition.status "
        "NamespaceCondition.status PersistentVolumeClaimCondition.status PodCondition.status "
        "PodFailurePolicyOnPodConditionsPattern.status ReplicaSetCondition.status StatefulSetCondition.status"
    ),
    "ContainerRestartPolicy": "Container.restartPolicy EphemeralContainer.restartPolicy",
    "ContainerRestartRuleAction": "ContainerRestartRule.action",
    "ContainerRestartRuleOnExitCodesOperator": "ContainerRestartRuleOnExitCodes.operator",
    "DNSPolicy": "PodSpec.dnsPolicy",
    "DaemonSetConditionType": "DaemonSetCondition.type",
    "DaemonSetUpdateStrategyType": "DaemonSetUpdateStrategy.type",
    "DeploymentConditionType": "DeploymentCondition.type",
    "DeploymentStrategyType": "DeploymentStrategy.type",
    "FinalizerName": "NamespaceSpec.finalizers",
    "GRPCProbeMode": "GRPCAction.mode",
    "HTTPProtocol": "HTTPGetAction.protocol",
    "HostPathType": "HostPathVolumeSource.type",
    "IPFamily": "ServiceSpec.ipFamilies",
    "IPFamilyPolicy": "ServiceSpec.ipFamilyPolicy",
    "JobConditionType": "JobCondition.type",
    "LabelSelectorOperator": "LabelSelectorRequirement.operator",
    "LoadBalancerIPMode": "LoadBalancerIngress.ipMode",
    "ManagedFieldsOperationType": "ManagedFieldsEntry.operation",
    "MountPropagationMode": "VolumeMount.mountPropagation",
    "NamespaceConditionType": "NamespaceCondition.type",
    "NamespacePhase": "NamespaceStatus.phase",
    "NodeInclusionPolicy": "TopologySpreadConstraint.nodeAffinityPolicy TopologySpreadConstraint.nodeTaintsPolicy",
    "NodeSelectorOperator": "NodeSelectorRequirement.operator",
    "OSName": "PodOS.name",
    "PersistentVolumeAccessMode": "PersistentVolumeClaimSpec.accessModes PersistentVolumeClaimStatus.accessModes",
    "PersistentVolumeClaimConditionType": "PersistentVolumeClaimCondition.type",
    "PersistentVolumeClaimModifyVolumeStatus": "ModifyVolumeStatus.status",
    "PersistentVolumeClaimPhase": "PersistentVolumeClaimStatus.phase",
    "PersistentVolumeClaimRetentionPolicyType": (
        "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted "
        "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled"
    ),
    "PersistentVolumeMode": "PersistentVolumeClaimSpec.volumeMode",
    "PodConditionType": "PodCondition.type PodFailurePolicyOnPodConditionsPattern.type PodReadinessGate.conditionType",
    "PodFSGroupChangePolicy": "PodSecurityContext.fsGroupChangePolicy",
    "PodFailurePolicyAction": "PodFailurePolicyRule.action",
    "PodFailurePolicyOnExitCodesOperator": "PodFailurePolicyOnExitCodesRequirement.operator",
    "PodManagementPolicyType": "StatefulSetSpec.podManagementPolicy",
    "PodPhase": "PodStatus.phase",
    "PodQOSClass": "PodStatus.qosClass",
    "PodReplacementPolicy": "JobSpec.podReplacementPolicy",
    "PodResizeStatus": "PodStatus.resize",
    "PodSELinuxChangePolicy": "PodSecurityContext.seLinuxChangePolicy",
    "PolicyType": "NetworkPolicySpec.policyTypes",
    "PreemptionPolicy": "PodSpec.preemptionPolicy",
    "ProcMountType": "SecurityContext.procMount",
    "Protocol": "ContainerPort.protocol NetworkPolicyPort.protocol PortStatus.protocol ServicePort.protocol",
    "PullPolicy": "Container.imagePullPolicy EphemeralContainer.imagePullPolicy ImageVolumeSource.pullPolicy",
    "RecursiveReadOnlyMode": "VolumeMount.recursiveReadOnly VolumeMountStatus.recursiveReadOnly",
    "ReplicaSetConditionType": "ReplicaSetCondition.type",
    "ResourceHealthStatus": "ResourceHealth.health",
    "ResourceID": "ResourceHealth.resourceID",
    "ResourceName": (
        "ContainerResizePolicy.resourceName NodeAllocatableMappedResources.name "
        "NodeAllocatableOverheadResources.name ResourceStatus.name"
    ),
    "ResourceResizeRestartPolicy": "ContainerResizePolicy.restartPolicy",
    "RestartPolicy": "PodSpec.restartPolicy",
    "SeccompProfileType": "SeccompProfile.type",
    "ServiceAffinity": "ServiceSpec.sessionAffinity",
    "ServiceExternalTrafficPolicy": "ServiceSpec.externalTrafficPolicy",
    "ServiceInternalTrafficPolicy": "ServiceSpec.internalTrafficPolicy",
    "ServiceType": "ServiceSpec.type",
    "Signal": "ContainerStatus.stopSignal Lifecycle.stopSignal",
    "StatefulSetConditionType": "StatefulSetCondition.type",
    "StatefulSetUpdateStrategyType": "StatefulSetUpdateStrategy.type",
    "StorageMedium": "EmptyDirVolumeSource.medium",
    "SupplementalGroupsPolicy": "PodSecurityContext.supplementalGroupsPolicy",
    "TaintEffect": "Toleration.effect",
    "TerminationMessagePolicy": "Container.terminationMessagePolicy EphemeralContainer.terminationMessagePolicy",
    "TolerationOperator": "Toleration.operator",
    "UID": (
        "ObjectMeta.uid ObjectReference.uid OwnerReference.uid UncountedTerminatedPods.failed "
        "UncountedTerminatedPods.succeeded"
    ),
    "URIScheme": "HTTPGetAction.scheme",
    "UnsatisfiableConstraintAction": "TopologySpreadConstraint.whenUnsatisfiable",
    "VolumeHealthStatusType": "VolumeHealthCondition.status",
}
"""Strings with a name of their own in Go. Decoding treats them as strings and says their name in errors."""

EMPTY_STRUCTS: Final = {
    "v1alpha3.WorkloadPodGroupAllDisruptionMode": "v1alpha3.WorkloadPodGroupDisruptionMode.all",
    "v1alpha3.WorkloadPodGroupBasicSchedulingPolicy": "v1alpha3.WorkloadPodGroupSchedulingPolicy.basic",
    "v1alpha3.WorkloadPodGroupSingleDisruptionMode": "v1alpha3.WorkloadPodGroupDisruptionMode.single",
}
"""Structs without a field, which the models call `object`. Any field inside them is an unknown one."""

EMBEDDED: Final = {
    "ConfigMapEnvSource": ["LocalObjectReference", "name"],
    "ConfigMapKeySelector": ["LocalObjectReference", "name"],
    "ConfigMapProjection": ["LocalObjectReference", "name"],
    "ConfigMapVolumeSource": ["LocalObjectReference", "name"],
    "EphemeralContainer": ["EphemeralContainerCommon", "!targetContainerName"],
    "Probe": ["ProbeHandler", "exec grpc httpGet tcpSocket"],
    "SecretEnvSource": ["LocalObjectReference", "name"],
    "SecretKeySelector": ["LocalObjectReference", "name"],
    "SecretProjection": ["LocalObjectReference", "name"],
    "Volume": ["VolumeSource", "!name"],
}
"""Structs that embed another one, and which of their fields are the other one's (`!`: all but these).

Since Kubernetes 1.35 a type error names the embedded struct on the way to the field.
"""
