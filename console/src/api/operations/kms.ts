// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface AliasListEntry {
  readonly AliasName?: string | undefined;
  readonly AliasArn?: string | undefined;
  readonly TargetKeyId?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly LastUpdatedDate?: string | undefined;
}

export interface CancelKeyDeletionRequest {
  readonly KeyId: string;
}

export interface CancelKeyDeletionResponse {
  readonly KeyId?: string | undefined;
}

export interface CreateAliasRequest {
  readonly AliasName: string;
  readonly TargetKeyId: string;
}

export interface CreateKeyRequest {
  readonly Policy?: string | undefined;
  readonly Description?: string | undefined;
  readonly KeyUsage?: "SIGN_VERIFY" | "ENCRYPT_DECRYPT" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT" | undefined;
  readonly CustomerMasterKeySpec?: "RSA_2048" | "RSA_3072" | "RSA_4096" | "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" | "ECC_SECG_P256K1" | "SYMMETRIC_DEFAULT" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" | "SM2" | undefined;
  readonly KeySpec?: "RSA_2048" | "RSA_3072" | "RSA_4096" | "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" | "ECC_SECG_P256K1" | "SYMMETRIC_DEFAULT" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" | "SM2" | "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" | undefined;
  readonly Origin?: "AWS_KMS" | "EXTERNAL" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE" | undefined;
  readonly CustomKeyStoreId?: string | undefined;
  readonly BypassPolicyLockoutSafetyCheck?: boolean | undefined;
  readonly Tags?: ReadonlyArray<Tag> | undefined;
  readonly MultiRegion?: boolean | undefined;
  readonly XksKeyId?: string | undefined;
}

export interface CreateKeyResponse {
  readonly KeyMetadata?: KeyMetadata | undefined;
}

export interface DeleteAliasRequest {
  readonly AliasName: string;
}

export interface DescribeKeyRequest {
  readonly KeyId: string;
  readonly GrantTokens?: ReadonlyArray<string> | undefined;
}

export interface DescribeKeyResponse {
  readonly KeyMetadata?: KeyMetadata | undefined;
}

export interface DisableKeyRequest {
  readonly KeyId: string;
}

export interface DisableKeyRotationRequest {
  readonly KeyId: string;
}

export interface EnableKeyRequest {
  readonly KeyId: string;
}

export interface EnableKeyRotationRequest {
  readonly KeyId: string;
  readonly RotationPeriodInDays?: number | undefined;
}

export interface GetKeyRotationStatusRequest {
  readonly KeyId: string;
}

export interface GetKeyRotationStatusResponse {
  readonly KeyRotationEnabled?: boolean | undefined;
  readonly KeyId?: string | undefined;
  readonly RotationPeriodInDays?: number | undefined;
  readonly NextRotationDate?: string | undefined;
  readonly OnDemandRotationStartDate?: string | undefined;
}

export interface KeyListEntry {
  readonly KeyId?: string | undefined;
  readonly KeyArn?: string | undefined;
}

export interface KeyMetadata {
  readonly AWSAccountId?: string | undefined;
  readonly KeyId: string;
  readonly Arn?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly Enabled?: boolean | undefined;
  readonly Description?: string | undefined;
  readonly KeyUsage?: "SIGN_VERIFY" | "ENCRYPT_DECRYPT" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT" | undefined;
  readonly KeyState?: "Creating" | "Enabled" | "Disabled" | "PendingDeletion" | "PendingImport" | "PendingReplicaDeletion" | "Unavailable" | "Updating" | undefined;
  readonly DeletionDate?: string | undefined;
  readonly ValidTo?: string | undefined;
  readonly Origin?: "AWS_KMS" | "EXTERNAL" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE" | undefined;
  readonly CustomKeyStoreId?: string | undefined;
  readonly CloudHsmClusterId?: string | undefined;
  readonly ExpirationModel?: "KEY_MATERIAL_EXPIRES" | "KEY_MATERIAL_DOES_NOT_EXPIRE" | undefined;
  readonly KeyManager?: "AWS" | "CUSTOMER" | undefined;
  readonly CustomerMasterKeySpec?: "RSA_2048" | "RSA_3072" | "RSA_4096" | "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" | "ECC_SECG_P256K1" | "SYMMETRIC_DEFAULT" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" | "SM2" | undefined;
  readonly KeySpec?: "RSA_2048" | "RSA_3072" | "RSA_4096" | "ECC_NIST_P256" | "ECC_NIST_P384" | "ECC_NIST_P521" | "ECC_SECG_P256K1" | "SYMMETRIC_DEFAULT" | "HMAC_224" | "HMAC_256" | "HMAC_384" | "HMAC_512" | "SM2" | "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" | undefined;
  readonly EncryptionAlgorithms?: ReadonlyArray<"SYMMETRIC_DEFAULT" | "RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256" | "SM2PKE"> | undefined;
  readonly SigningAlgorithms?: ReadonlyArray<"RSASSA_PSS_SHA_256" | "RSASSA_PSS_SHA_384" | "RSASSA_PSS_SHA_512" | "RSASSA_PKCS1_V1_5_SHA_256" | "RSASSA_PKCS1_V1_5_SHA_384" | "RSASSA_PKCS1_V1_5_SHA_512" | "ECDSA_SHA_256" | "ECDSA_SHA_384" | "ECDSA_SHA_512" | "SM2DSA" | "ML_DSA_SHAKE_256"> | undefined;
  readonly KeyAgreementAlgorithms?: ReadonlyArray<"ECDH"> | undefined;
  readonly MultiRegion?: boolean | undefined;
  readonly MultiRegionConfiguration?: MultiRegionConfiguration | undefined;
  readonly PendingDeletionWindowInDays?: number | undefined;
  readonly MacAlgorithms?: ReadonlyArray<"HMAC_SHA_224" | "HMAC_SHA_256" | "HMAC_SHA_384" | "HMAC_SHA_512"> | undefined;
  readonly XksKeyConfiguration?: XksKeyConfigurationType | undefined;
  readonly CurrentKeyMaterialId?: string | undefined;
}

export interface ListAliasesRequest {
  readonly KeyId?: string | undefined;
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface ListAliasesResponse {
  readonly Aliases?: ReadonlyArray<AliasListEntry> | undefined;
  readonly NextMarker?: string | undefined;
  readonly Truncated?: boolean | undefined;
}

export interface ListKeyRotationsRequest {
  readonly KeyId: string;
  readonly IncludeKeyMaterial?: "ALL_KEY_MATERIAL" | "ROTATIONS_ONLY" | undefined;
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface ListKeyRotationsResponse {
  readonly Rotations?: ReadonlyArray<RotationsListEntry> | undefined;
  readonly NextMarker?: string | undefined;
  readonly Truncated?: boolean | undefined;
}

export interface ListKeysRequest {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface ListKeysResponse {
  readonly Keys?: ReadonlyArray<KeyListEntry> | undefined;
  readonly NextMarker?: string | undefined;
  readonly Truncated?: boolean | undefined;
}

export interface ListResourceTagsRequest {
  readonly KeyId: string;
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface ListResourceTagsResponse {
  readonly Tags?: ReadonlyArray<Tag> | undefined;
  readonly NextMarker?: string | undefined;
  readonly Truncated?: boolean | undefined;
}

export interface MultiRegionConfiguration {
  readonly MultiRegionKeyType?: "PRIMARY" | "REPLICA" | undefined;
  readonly PrimaryKey?: MultiRegionKey | undefined;
  readonly ReplicaKeys?: ReadonlyArray<MultiRegionKey> | undefined;
}

export interface MultiRegionKey {
  readonly Arn?: string | undefined;
  readonly Region?: string | undefined;
}

export interface RotateKeyOnDemandRequest {
  readonly KeyId: string;
}

export interface RotateKeyOnDemandResponse {
  readonly KeyId?: string | undefined;
}

export interface RotationsListEntry {
  readonly KeyId?: string | undefined;
  readonly KeyMaterialId?: string | undefined;
  readonly KeyMaterialDescription?: string | undefined;
  readonly ImportState?: "IMPORTED" | "PENDING_IMPORT" | undefined;
  readonly KeyMaterialState?: "NON_CURRENT" | "CURRENT" | "PENDING_ROTATION" | undefined;
  readonly ExpirationModel?: "KEY_MATERIAL_EXPIRES" | "KEY_MATERIAL_DOES_NOT_EXPIRE" | undefined;
  readonly ValidTo?: string | undefined;
  readonly RotationDate?: string | undefined;
  readonly RotationType?: "AUTOMATIC" | "ON_DEMAND" | undefined;
}

export interface ScheduleKeyDeletionRequest {
  readonly KeyId: string;
  readonly PendingWindowInDays?: number | undefined;
}

export interface ScheduleKeyDeletionResponse {
  readonly KeyId?: string | undefined;
  readonly DeletionDate?: string | undefined;
  readonly KeyState?: "Creating" | "Enabled" | "Disabled" | "PendingDeletion" | "PendingImport" | "PendingReplicaDeletion" | "Unavailable" | "Updating" | undefined;
  readonly PendingWindowInDays?: number | undefined;
}

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export interface TagResourceRequest {
  readonly KeyId: string;
  readonly Tags: ReadonlyArray<Tag>;
}

export interface UntagResourceRequest {
  readonly KeyId: string;
  readonly TagKeys: ReadonlyArray<string>;
}

export interface UpdateKeyDescriptionRequest {
  readonly KeyId: string;
  readonly Description: string;
}

export interface XksKeyConfigurationType {
  readonly Id?: string | undefined;
}

export interface KmsOperations {
  readonly CancelKeyDeletion: { readonly input: CancelKeyDeletionRequest; readonly output: CancelKeyDeletionResponse };
  readonly CreateAlias: { readonly input: CreateAliasRequest; readonly output: Record<never, never> };
  readonly CreateKey: { readonly input: CreateKeyRequest; readonly output: CreateKeyResponse };
  readonly DeleteAlias: { readonly input: DeleteAliasRequest; readonly output: Record<never, never> };
  readonly DescribeKey: { readonly input: DescribeKeyRequest; readonly output: DescribeKeyResponse };
  readonly DisableKey: { readonly input: DisableKeyRequest; readonly output: Record<never, never> };
  readonly DisableKeyRotation: { readonly input: DisableKeyRotationRequest; readonly output: Record<never, never> };
  readonly EnableKey: { readonly input: EnableKeyRequest; readonly output: Record<never, never> };
  readonly EnableKeyRotation: { readonly input: EnableKeyRotationRequest; readonly output: Record<never, never> };
  readonly GetKeyRotationStatus: { readonly input: GetKeyRotationStatusRequest; readonly output: GetKeyRotationStatusResponse };
  readonly ListAliases: { readonly input: ListAliasesRequest; readonly output: ListAliasesResponse };
  readonly ListKeyRotations: { readonly input: ListKeyRotationsRequest; readonly output: ListKeyRotationsResponse };
  readonly ListKeys: { readonly input: ListKeysRequest; readonly output: ListKeysResponse };
  readonly ListResourceTags: { readonly input: ListResourceTagsRequest; readonly output: ListResourceTagsResponse };
  readonly RotateKeyOnDemand: { readonly input: RotateKeyOnDemandRequest; readonly output: RotateKeyOnDemandResponse };
  readonly ScheduleKeyDeletion: { readonly input: ScheduleKeyDeletionRequest; readonly output: ScheduleKeyDeletionResponse };
  readonly TagResource: { readonly input: TagResourceRequest; readonly output: Record<never, never> };
  readonly UntagResource: { readonly input: UntagResourceRequest; readonly output: Record<never, never> };
  readonly UpdateKeyDescription: { readonly input: UpdateKeyDescriptionRequest; readonly output: Record<never, never> };
}
