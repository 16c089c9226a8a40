"""The actions of the services that Vedette implements: an unknown action of these is refused in a policy.

A misspelt action in a Deny would otherwise silently deny nothing. Actions of other services
(`sqs:SendMessage`) are accepted unchecked: policies that customers bring along name them.
"""

from vedette.access.patterns import Template

SERVICES = {
    "rekognition": """
        AssociateFaces CompareFaces CopyProjectVersion CreateCollection CreateDataset
        CreateFaceLivenessSession CreateProject CreateProjectVersion CreateStreamProcessor CreateUser
        DeleteCollection DeleteDataset DeleteFaces DeleteProject DeleteProjectPolicy DeleteProjectVersion
        DeleteStreamProcessor DeleteUser DescribeCollection DescribeDataset DescribeProjectVersions
        DescribeProjects DescribeStreamProcessor DetectCustomLabels DetectFaces DetectLabels
        DetectModerationLabels DetectProtectiveEquipment DetectText DisassociateFaces
        DistributeDatasetEntries GetCelebrityInfo GetCelebrityRecognition GetContentModeration
        GetFaceDetection GetFaceLivenessSessionResults GetFaceSearch GetLabelDetection GetMediaAnalysisJob
        GetPersonTracking GetSegmentDetection GetTextDetection IndexFaces ListCollections ListDatasetEntries
        ListDatasetLabels ListFaces ListMediaAnalysisJobs ListProjectPolicies ListStreamProcessors
        ListTagsForResource ListUsers PutProjectPolicy RecognizeCelebrities SearchFaces SearchFacesByImage
        SearchUsers SearchUsersByImage StartCelebrityRecognition StartContentModeration StartFaceDetection
        StartFaceLivenessSession StartFaceSearch StartLabelDetection StartMediaAnalysisJob
        StartPersonTracking StartProjectVersion StartSegmentDetection StartStreamProcessor
        StartTextDetection StopProjectVersion StopStreamProcessor TagResource UntagResource
        UpdateDatasetEntries UpdateStreamProcessor
    """,
    "lookoutvision": """
        CreateDataset CreateModel CreateProject DeleteDataset DeleteModel DeleteProject DescribeDataset
        DescribeModel DescribeModelPackagingJob DescribeProject DescribeTrialDetection DetectAnomalies
        ListDatasetEntries ListModelPackagingJobs ListModels ListProjects ListTagsForResource
        ListTrialDetection ListTrialDetections StartModel StartModelPackagingJob StartTrialDetection
        StopModel TagResource UntagResource UpdateDatasetEntries
    """,
    "s3": """
        AbortMultipartUpload AssociateAccessGrantsIdentityCenter BypassGovernanceRetention CreateAccessGrant
        CreateAccessGrantsInstance CreateAccessGrantsLocation CreateAccessPoint
        CreateAccessPointForObjectLambda CreateBucket CreateBucketMetadataTableConfiguration CreateJob
        CreateMultiRegionAccessPoint CreateStorageLensGroup DeleteAccessGrant DeleteAccessGrantsInstance
        DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation DeleteAccessPoint
        DeleteAccessPointForObjectLambda DeleteAccessPointPolicy DeleteAccessPointPolicyForObjectLambda
        DeleteBucket DeleteBucketMetadataTableConfiguration DeleteBucketOwnershipControls DeleteBucketPolicy
        DeleteBucketWebsite DeleteJobTagging DeleteMultiRegionAccessPoint DeleteObject DeleteObjectTagging
        DeleteObjectVersion DeleteObjectVersionTagging DeleteStorageLensConfiguration
        DeleteStorageLensConfigurationTagging DeleteStorageLensGroup DescribeJob
        DescribeMultiRegionAccessPointOperation DissociateAccessGrantsIdentityCenter
        GetAccelerateConfiguration GetAccessGrant GetAccessGrantsInstance GetAccessGrantsInstanceForPrefix
        GetAccessGrantsInstanceResourcePolicy GetAccessGrantsLocation GetAccessPoint
        GetAccessPointConfigurationForObjectLambda GetAccessPointForObjectLambda GetAccessPointPolicy
        GetAccessPointPolicyForObjectLambda GetAccessPointPolicyStatus
        GetAccessPointPolicyStatusForObjectLambda GetAccountPublicAccessBlock GetAnalyticsConfiguration
        GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration
        GetBucketNotification GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy
        GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging
        GetBucketVersioning GetBucketWebsite GetDataAccess GetEncryptionConfiguration
        GetIntelligentTieringConfiguration GetInventoryConfiguration GetJobTagging GetLifecycleConfiguration
        GetMetricsConfiguration GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy
        GetMultiRegionAccessPointPolicyStatus GetMultiRegionAccessPointRoutes GetObject GetObjectAcl
        GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent
        GetObjectVersion GetObjectVersionAcl GetObjectVersionAttributes GetObjectVersionForReplication
        GetObjectVersionTagging GetObjectVersionTorrent GetReplicationConfiguration
        GetStorageLensConfiguration GetStorageLensConfigurationTagging GetStorageLensDashboard
        GetStorageLensGroup InitiateReplication ListAccessGrants ListAccessGrantsInstances
        ListAccessGrantsLocations ListAccessPoints ListAccessPointsForObjectLambda ListAllMyBuckets
        ListBucket ListBucketMultipartUploads ListBucketVersions ListCallerAccessGrants ListJobs
        ListMultiRegionAccessPoints ListMultipartUploadParts ListStorageLensConfigurations
        ListStorageLensGroups ListTagsForResource ObjectOwnerOverrideToBucketOwner PauseReplication
        PutAccelerateConfiguration PutAccessGrantsInstanceResourcePolicy
        PutAccessPointConfigurationForObjectLambda PutAccessPointPolicy PutAccessPointPolicyForObjectLambda
        PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock PutAnalyticsConfiguration PutBucketAcl
        PutBucketCORS PutBucketLogging PutBucketNotification PutBucketObjectLockConfiguration
        PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment
        PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
        PutIntelligentTieringConfiguration PutInventoryConfiguration PutJobTagging PutLifecycleConfiguration
        PutMetricsConfiguration PutMultiRegionAccessPointPolicy PutObject PutObjectAcl PutObjectLegalHold
        PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging
        PutReplicationConfiguration PutStorageLensConfiguration PutStorageLensConfigurationTagging
        ReplicateDelete ReplicateObject ReplicateTags RestoreObject SubmitMultiRegionAccessPointRoutes
        TagResource UntagResource UpdateAccessGrantsLocation UpdateJobPriority UpdateJobStatus
        UpdateStorageLensGroup
    """,
    # With the actions that have no operation, such as PassRole.
    "iam": """
        AcceptDelegationRequest AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile
        AddUserToGroup AssociateDelegationRequest AttachGroupPolicy AttachRolePolicy
        AttachUserPolicy ChangePassword CreateAccessKey CreateAccountAlias CreateDelegationRequest
        CreateGroup CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider
        CreatePolicy CreatePolicyVersion CreateRole CreateSAMLProvider CreateServiceLinkedRole
        CreateServiceSpecificCredential CreateUser CreateVirtualMFADevice DeactivateMFADevice
        DeleteAccessKey DeleteAccountAlias DeleteAccountPasswordPolicy DeleteCloudFrontPublicKey
        DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeleteLoginProfile
        DeleteOpenIDConnectProvider DeletePolicy DeletePolicyVersion DeleteRole
        DeleteRolePermissionsBoundary DeleteRolePolicy DeleteSAMLProvider DeleteSSHPublicKey
        DeleteServerCertificate DeleteServiceLinkedRole DeleteServiceSpecificCredential
        DeleteSigningCertificate DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy
        DeleteVirtualMFADevice DetachGroupPolicy DetachRolePolicy DetachUserPolicy
        DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions
        DisableOutboundWebIdentityFederation EnableMFADevice
        EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions
        EnableOutboundWebIdentityFederation FetchAccountPrincipals GenerateCredentialReport
        GenerateOrganizationsAccessReport GenerateServiceLastAccessedDetails GetAccessKeyLastUsed
        GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountSummary
        GetCloudFrontPublicKey GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy
        GetCredentialReport GetDelegationRequest GetGroup GetGroupPolicy GetHumanReadableSummary
        GetInstanceProfile GetLoginProfile GetMFADevice GetOpenIDConnectProvider
        GetOrganizationsAccessReport GetOutboundWebIdentityFederationInfo GetPolicy
        GetPolicyVersion GetRole GetRolePolicy GetSAMLProvider GetSSHPublicKey
        GetServerCertificate GetServiceLastAccessedDetails
        GetServiceLastAccessedDetailsWithEntities GetServiceLinkedRoleDeletionStatus GetUser
        GetUserPolicy ListAccessKeys ListAccountAliases ListAttachedGroupPolicies
        ListAttachedRolePolicies ListAttachedUserPolicies ListCloudFrontPublicKeys
        ListDelegationRequests ListEntitiesForPolicy ListGroupPolicies ListGroups
        ListGroupsForUser ListInstanceProfileTags ListInstanceProfiles ListInstanceProfilesForRole
        ListMFADeviceTags ListMFADevices ListOpenIDConnectProviderTags ListOpenIDConnectProviders
        ListOrganizationsFeatures ListPolicies ListPoliciesGrantingServiceAccess ListPolicyTags
        ListPolicyVersions ListRolePolicies ListRoleTags ListRoles ListSAMLProviderTags
        ListSAMLProviders ListSSHPublicKeys ListSTSRegionalEndpointsStatus
        ListServerCertificateTags ListServerCertificates ListServiceSpecificCredentials
        ListSigningCertificates ListUserPolicies ListUserTags ListUsers ListVirtualMFADevices
        PassRole PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
        PutUserPermissionsBoundary PutUserPolicy RejectDelegationRequest
        RemoveClientIDFromOpenIDConnectProvider RemoveRoleFromInstanceProfile RemoveUserFromGroup
        ResetServiceSpecificCredential ResyncMFADevice SendDelegationToken SetDefaultPolicyVersion
        SetSTSRegionalEndpointStatus SetSecurityTokenServicePreferences SimulateCustomPolicy
        SimulatePrincipalPolicy TagInstanceProfile TagMFADevice TagOpenIDConnectProvider TagPolicy
        TagRole TagSAMLProvider TagServerCertificate TagUser UntagInstanceProfile UntagMFADevice
        UntagOpenIDConnectProvider UntagPolicy UntagRole UntagSAMLProvider UntagServerCertificate
        UntagUser UpdateAccessKey UpdateAccountEmailAddress UpdateAccountName
        UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateCloudFrontPublicKey
        UpdateDelegationRequest UpdateGroup UpdateLoginProfile
        UpdateOpenIDConnectProviderThumbprint UpdateRole UpdateRoleDescription UpdateSAMLProvider
        UpdateSSHPublicKey UpdateServerCertificate UpdateServiceSpecificCredential
        UpdateSigningCertificate UpdateUser UploadCloudFrontPublicKey UploadSSHPublicKey
        UploadServerCertificate UploadSigningCertificate
    """,
    "cloudwatch": """
        BatchGetServiceLevelIndicatorReport CreateServiceLevelObjective DeleteAlarms DeleteAnomalyDetector
        DeleteDashboards DeleteInsightRules DeleteMetricStream DeleteServiceLevelObjective
        DescribeAlarmContributors DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric
        DescribeAnomalyDetectors DescribeInsightRules DisableAlarmActions DisableInsightRules
        EnableAlarmActions EnableInsightRules EnableTopologyDiscovery GenerateQuery
        GenerateQueryResultsSummary GetDashboard GetInsightRuleReport GetMetricData GetMetricStatistics
        GetMetricStream GetMetricWidgetImage GetService GetServiceData GetServiceLevelObjective
        GetTopologyDiscoveryStatus GetTopologyMap Link ListDashboards ListEntitiesForMetric
        ListManagedInsightRules ListMetricStreams ListMetrics ListServiceLevelObjectives ListServices
        ListTagsForResource PutAnomalyDetector PutCompositeAlarm PutDashboard PutInsightRule
        PutManagedInsightRules PutMetricAlarm PutMetricData PutMetricStream SetAlarmState StartMetricStreams
        StopMetricStreams TagResource UntagResource UpdateServiceLevelObjective
    """,
    "sts": """
        AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot DecodeAuthorizationMessage
        GetAccessKeyInfo GetCallerIdentity GetFederationToken GetServiceBearerToken GetSessionToken
        SetContext SetSourceIdentity TagSession
    """,
    "kms": """
        CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateGrant CreateKey Decrypt
        DeleteAlias DeleteCustomKeyStore DeleteImportedKeyMaterial DeriveSharedSecret DescribeCustomKeyStores
        DescribeKey DisableKey DisableKeyRotation DisconnectCustomKeyStore EnableKey EnableKeyRotation Encrypt
        GenerateDataKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext
        GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom GetKeyPolicy GetKeyRotationStatus
        GetParametersForImport GetPublicKey ImportKeyMaterial ListAliases ListGrants ListKeyPolicies
        ListKeyRotations ListKeys ListResourceTags ListRetirableGrants PutKeyPolicy ReEncryptFrom ReEncryptTo
        ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign
        SynchronizeMultiRegionKey TagResource UntagResource UpdateAlias UpdateCustomKeyStore
        UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac
    """,
    "cloudformation": """
        ActivateOrganizationsAccess ActivateType BatchDescribeTypeConfigurations CancelUpdateStack
        ContinueUpdateRollback CreateChangeSet CreateGeneratedTemplate CreateStack
        CreateStackInstances CreateStackRefactor CreateStackSet CreateUploadBucket
        DeactivateOrganizationsAccess DeactivateType DeleteChangeSet DeleteGeneratedTemplate
        DeleteStack DeleteStackInstances DeleteStackSet DeregisterType DescribeAccountLimits
        DescribeChangeSet DescribeChangeSetHooks DescribeGeneratedTemplate DescribeOrganizationsAccess
        DescribePublisher DescribeResourceScan DescribeStackDriftDetectionStatus DescribeStackEvents
        DescribeStackInstance DescribeStackRefactor DescribeStackResource DescribeStackResourceDrifts
        DescribeStackResources DescribeStackSet DescribeStackSetOperation DescribeStacks DescribeType
        DescribeTypeRegistration DetectStackDrift DetectStackResourceDrift DetectStackSetDrift
        EstimateTemplateCost ExecuteChangeSet ExecuteStackRefactor GetGeneratedTemplate GetStackPolicy
        GetTemplate GetTemplateSummary ImportStacksToStackSet ListChangeSets ListExports
        ListGeneratedTemplates ListHookResults ListImports ListResourceScanRelatedResources
        ListResourceScanResources ListResourceScans ListStackInstanceResourceDrifts ListStackInstances
        ListStackRefactorActions ListStackRefactors ListStackResources
        ListStackSetAutoDeploymentTargets ListStackSetOperationResults ListStackSetOperations
        ListStackSets ListStacks ListTypeRegistrations ListTypeVersions ListTypes PublishType
        RecordHandlerProgress RegisterPublisher RegisterType RollbackStack SetStackPolicy
        SetTypeConfiguration SetTypeDefaultVersion SignalResource StartResourceScan
        StopStackSetOperation TagResource TestType UntagResource UpdateGeneratedTemplate UpdateStack
        UpdateStackInstances UpdateStackSet UpdateTerminationProtection ValidateTemplate
    """,
    "cloudtrail": """
        AddTags CancelQuery CreateChannel CreateDashboard CreateEventDataStore CreateTrail
        DeleteChannel DeleteDashboard DeleteEventDataStore DeleteResourcePolicy DeleteTrail
        DeregisterOrganizationDelegatedAdmin DescribeQuery DescribeTrails DisableFederation
        EnableFederation GenerateQuery GetChannel GetDashboard GetEventConfiguration
        GetEventDataStore GetEventSelectors GetImport GetInsightSelectors GetQueryResults
        GetResourcePolicy GetTrail GetTrailStatus ListChannels ListDashboards ListEventDataStores
        ListImportFailures ListImports ListInsightsMetricData ListPublicKeys ListQueries ListTags
        ListTrails LookupEvents PutEventConfiguration PutEventSelectors PutInsightSelectors
        PutResourcePolicy RegisterOrganizationDelegatedAdmin RemoveTags RestoreEventDataStore
        SearchSampleQueries StartDashboardRefresh StartEventDataStoreIngestion StartImport
        StartLogging StartQuery StopEventDataStoreIngestion StopImport StopLogging UpdateChannel
        UpdateDashboard UpdateEventDataStore UpdateTrail
    """,
    "lambda": """
        AddLayerVersionPermission AddPermission CreateAlias CreateCodeSigningConfig CreateEventSourceMapping
        CreateFunction CreateFunctionUrlConfig DeleteAlias DeleteCodeSigningConfig DeleteEventSourceMapping
        DeleteFunction DeleteFunctionCodeSigningConfig DeleteFunctionConcurrency
        DeleteFunctionEventInvokeConfig DeleteFunctionUrlConfig DeleteLayerVersion
        DeleteProvisionedConcurrencyConfig DisableReplication EnableReplication GetAccountSettings GetAlias
        GetCodeSigningConfig GetEventSourceMapping GetFunction GetFunctionCodeSigningConfig
        GetFunctionConcurrency GetFunctionConfiguration GetFunctionEventInvokeConfig
        GetFunctionRecursionConfig GetFunctionUrlConfig GetLayerVersion GetLayerVersionPolicy GetPolicy
        GetProvisionedConcurrencyConfig GetRuntimeManagementConfig InvokeAsync InvokeFunction
        InvokeFunctionUrl ListAliases ListCodeSigningConfigs ListEventSourceMappings
        ListFunctionEventInvokeConfigs ListFunctionUrlConfigs ListFunctions
        ListFunctionsByCodeSigningConfig ListLayerVersions ListLayers ListProvisionedConcurrencyConfigs
        ListTags ListVersionsByFunction PublishLayerVersion PublishVersion PutFunctionCodeSigningConfig
        PutFunctionConcurrency PutFunctionEventInvokeConfig PutFunctionRecursionConfig
        PutProvisionedConcurrencyConfig PutRuntimeManagementConfig RemoveLayerVersionPermission
        RemovePermission TagResource UntagResource UpdateAlias UpdateCodeSigningConfig
        UpdateEventSourceMapping UpdateFunctionCode UpdateFunctionCodeSigningConfig
        UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig UpdateFunctionUrlConfig
    """,
    "events": """
        ActivateEventSource CancelReplay CreateApiDestination CreateArchive CreateConnection CreateEndpoint
        CreateEventBus CreatePartnerEventSource DeactivateEventSource DeauthorizeConnection
        DeleteApiDestination DeleteArchive DeleteConnection DeleteEndpoint DeleteEventBus
        DeletePartnerEventSource DeleteRule DescribeApiDestination DescribeArchive DescribeConnection
        DescribeEndpoint DescribeEventBus DescribeEventSource DescribePartnerEventSource DescribeReplay
        DescribeRule DisableRule EnableRule InvokeApiDestination ListApiDestinations ListArchives
        ListConnections ListEndpoints ListEventBuses ListEventSources ListPartnerEventSourceAccounts
        ListPartnerEventSources ListReplays ListRuleNamesByTarget ListRules ListTagsForResource
        ListTargetsByRule PutEvents PutPartnerEvents PutPermission PutRule PutTargets RemovePermission
        RemoveTargets RetrieveConnectionCredentials StartReplay TagResource TestEventPattern UntagResource
        UpdateApiDestination UpdateArchive UpdateConnection UpdateEndpoint UpdateEventBus
    """,
    "logs": """
        AssociateKmsKey CancelExportTask CreateDelivery CreateExportTask CreateLogAnomalyDetector
        CreateLogDelivery CreateLogGroup CreateLogStream DeleteAccountPolicy DeleteDataProtectionPolicy
        DeleteDelivery DeleteDeliveryDestination DeleteDeliveryDestinationPolicy DeleteDeliverySource
        DeleteDestination DeleteIndexPolicy DeleteIntegration DeleteLogAnomalyDetector DeleteLogDelivery
        DeleteLogGroup DeleteLogStream DeleteMetricFilter DeleteQueryDefinition DeleteResourcePolicy
        DeleteRetentionPolicy DeleteSubscriptionFilter DeleteTransformer DescribeAccountPolicies
        DescribeConfigurationTemplates DescribeDeliveries DescribeDeliveryDestinations DescribeDeliverySources
        DescribeDestinations DescribeExportTasks DescribeFieldIndexes DescribeIndexPolicies DescribeLogGroups
        DescribeLogStreams DescribeMetricFilters DescribeQueries DescribeQueryDefinitions
        DescribeResourcePolicies DescribeSubscriptionFilters DisassociateKmsKey FilterLogEvents
        GetDataProtectionPolicy GetDelivery GetDeliveryDestination GetDeliveryDestinationPolicy
        GetDeliverySource GetIntegration GetLogAnomalyDetector GetLogDelivery GetLogEvents GetLogGroupFields
        GetLogObject GetLogRecord GetQueryResults GetTransformer Link ListAnomalies ListIntegrations
        ListLogAnomalyDetectors ListLogDeliveries ListLogGroups ListLogGroupsForQuery ListTagsForResource
        ListTagsLogGroup PutAccountPolicy PutDataProtectionPolicy PutDeliveryDestination
        PutDeliveryDestinationPolicy PutDeliverySource PutDestination PutDestinationPolicy PutIndexPolicy
        PutIntegration PutLogEvents PutMetricFilter PutQueryDefinition PutResourcePolicy PutRetentionPolicy
        PutSubscriptionFilter PutTransformer StartLiveTail StartQuery StopLiveTail StopQuery TagLogGroup
        TagResource TestMetricFilter TestTransformer Unmask UntagLogGroup UntagResource UpdateAnomaly
        UpdateDeliveryConfiguration UpdateLogAnomalyDetector UpdateLogDelivery
    """,
    # Vedette's own operations, which AWS does not have.
    "vedette": """
        CreateAccessKey CreateExampleProject CreateGroup CreateUser DeleteAccessKey DeleteGroup DeletePolicy
        DeleteUser GetUser ListGroups ListPolicies ListUsers PutPolicy UpdateAccessKey UpdateGroup UpdateUser
        EndConsoleSession ListConsoleSessions RemoveSecondFactors
        DescribeEvents DescribeTraining DownloadModel ListEntries ListLabelSettings MoveEntries RemoveEntries
        UpdateEntries UpdateLabelSettings
        AddImportPiece CancelImport ConfigureImport CreateImport DeleteImport DescribeImport
        CancelExport CreateExport DeleteExport DescribeExport ListExports
        GetImportManifest ListImportLines ListImports MendImportLines ReadImport RunImport
        AssignRound CancelRound CreateRound DeleteRound DescribeRound DescribeRoundAgreement EndRound
        GetMyRound HandBackRound ListMyRounds ListMyTasks ListRoundPeople ListRoundPictures ListRounds
        NoteAnswer PreviewHandBack PutRoundMask ReassignTasks ResolveRoundConflicts ReviewAnswers
        SubmitAnswers UpdateRound
        ChangeEntries CountEntries DescribeChange QueryEntries UndoChange
        DismissSuggestions FindDifferent ListDismissedSuggestions ListNextSteps ListSuggestions
        RestoreSuggestions StartSuggestions StopSuggestions
        CountChanges CreateSnapshot DeleteSnapshot DescribeRestoration DescribeSnapshot ListChanges
        ListEntryEvents ListSnapshots RestoreSnapshot RevertChange
        CheckProjectPolicy DescribeTrainingFailure UpdateModelDescription
        AcceptDrafts DiscardDrafts ListDrafts StartDrafts StopDrafts
        DescribeFeedback UpdateFeedback
        DownloadEdgePackage ListEdgePackages StartEdgePackage
        CreateDevice CreateDeviceToken DeleteDevice DescribeDevice GetDeviceSigningKey ListDevices
        OrderOwnPackage UpdateDevice
        DeleteBatchDetection DescribeBatchDetection GetBatchResults ListBatchDetections ResumeBatchDetection
        StartBatchDetection StopBatchDetection
        ContinueLoop DeleteLoop DescribeLoop ListLoops StartLoop StopLoop
        AddTrialPictures DeleteTrialDetection DescribeTrialDetection ListTrialDetections StartTrialDetection
        StopTrialDetection VerifyTrialPictures
        GetTrainingReport ListVersionChanges PreviewTraining StopTraining
        GetEvaluationColumns ListEvaluationImages
        DescribeServing ListUsage
        DescribeCluster DrainNode ResumeNode
        AddBackbone DeleteBackbone ListBackbones
        ListKeyUses ListNotifications SendTestNotification
        DeleteAlias DescribeAlias ListAliases RollBackAlias SetAlias
        GetEvaluationSlices
        CompareVersions ListComparedImages GetHeatMap GetVersionThresholds PutVersionThresholds
    """,
}
KNOWN = {service: frozenset(actions.lower().split()) for service, actions in SERVICES.items()}


def is_known_action(action: str) -> bool:
    """Return whether an action, in lower case and with wildcards, may match an existing one."""
    service, _, name = action.partition(":")
    if action == "*" or "*" in service or "?" in service:
        return True
    if not service or not name:
        return False
    actions = KNOWN.get(service)
    if actions is None or name in actions:
        return True
    pattern = Template(name, variables=False)
    return any(pattern.matches(action, {}) for action in actions)
