// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface Bucket {
  readonly Name?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly BucketRegion?: string | undefined;
  readonly BucketArn?: string | undefined;
}

export interface BucketInfo {
  readonly DataRedundancy?: "SingleAvailabilityZone" | "SingleLocalZone" | undefined;
  readonly Type?: "Directory" | undefined;
}

export interface CommonPrefix {
  readonly Prefix?: string | undefined;
}

export interface CreateBucketConfiguration {
  readonly LocationConstraint?: "af-south-1" | "ap-east-1" | "ap-northeast-1" | "ap-northeast-2" | "ap-northeast-3" | "ap-south-1" | "ap-south-2" | "ap-southeast-1" | "ap-southeast-2" | "ap-southeast-3" | "ap-southeast-4" | "ap-southeast-5" | "ca-central-1" | "cn-north-1" | "cn-northwest-1" | "EU" | "eu-central-1" | "eu-central-2" | "eu-north-1" | "eu-south-1" | "eu-south-2" | "eu-west-1" | "eu-west-2" | "eu-west-3" | "il-central-1" | "me-central-1" | "me-south-1" | "sa-east-1" | "us-east-2" | "us-gov-east-1" | "us-gov-west-1" | "us-west-1" | "us-west-2" | undefined;
  readonly Location?: LocationInfo | undefined;
  readonly Bucket?: BucketInfo | undefined;
  readonly Tags?: ReadonlyArray<Tag> | undefined;
}

export interface CreateBucketOutput {
  readonly Location?: string | undefined;
  readonly BucketArn?: string | undefined;
}

export interface CreateBucketRequest {
  readonly ACL?: "private" | "public-read" | "public-read-write" | "authenticated-read" | undefined;
  readonly Bucket: string;
  readonly CreateBucketConfiguration?: CreateBucketConfiguration | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly ObjectLockEnabledForBucket?: boolean | undefined;
  readonly ObjectOwnership?: "BucketOwnerPreferred" | "ObjectWriter" | "BucketOwnerEnforced" | undefined;
}

export interface DeleteObjectOutput {
  readonly DeleteMarker?: boolean | undefined;
  readonly VersionId?: string | undefined;
  readonly RequestCharged?: "requester" | undefined;
}

export interface DeleteObjectRequest {
  readonly Bucket: string;
  readonly Key: string;
  readonly MFA?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly RequestPayer?: "requester" | undefined;
  readonly BypassGovernanceRetention?: boolean | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfMatchLastModifiedTime?: string | undefined;
  readonly IfMatchSize?: number | undefined;
}

export interface HeadBucketOutput {
  readonly BucketArn?: string | undefined;
  readonly BucketLocationType?: "AvailabilityZone" | "LocalZone" | undefined;
  readonly BucketLocationName?: string | undefined;
  readonly BucketRegion?: string | undefined;
  readonly AccessPointAlias?: boolean | undefined;
}

export interface HeadBucketRequest {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
}

export interface HeadObjectOutput {
  readonly DeleteMarker?: boolean | undefined;
  readonly AcceptRanges?: string | undefined;
  readonly Expiration?: string | undefined;
  readonly Restore?: string | undefined;
  readonly ArchiveStatus?: "ARCHIVE_ACCESS" | "DEEP_ARCHIVE_ACCESS" | undefined;
  readonly LastModified?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly ChecksumType?: "COMPOSITE" | "FULL_OBJECT" | undefined;
  readonly ETag?: string | undefined;
  readonly MissingMeta?: number | undefined;
  readonly VersionId?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentRange?: string | undefined;
  readonly Expires?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly ServerSideEncryption?: "AES256" | "aws:fsx" | "aws:kms" | "aws:kms:dsse" | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly StorageClass?: "STANDARD" | "REDUCED_REDUNDANCY" | "STANDARD_IA" | "ONEZONE_IA" | "INTELLIGENT_TIERING" | "GLACIER" | "DEEP_ARCHIVE" | "OUTPOSTS" | "GLACIER_IR" | "SNOW" | "EXPRESS_ONEZONE" | "FSX_OPENZFS" | undefined;
  readonly RequestCharged?: "requester" | undefined;
  readonly ReplicationStatus?: "COMPLETE" | "PENDING" | "FAILED" | "REPLICA" | "COMPLETED" | undefined;
  readonly PartsCount?: number | undefined;
  readonly TagCount?: number | undefined;
  readonly ObjectLockMode?: "GOVERNANCE" | "COMPLIANCE" | undefined;
  readonly ObjectLockRetainUntilDate?: string | undefined;
  readonly ObjectLockLegalHoldStatus?: "ON" | "OFF" | undefined;
}

export interface HeadObjectRequest {
  readonly Bucket: string;
  readonly IfMatch?: string | undefined;
  readonly IfModifiedSince?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfUnmodifiedSince?: string | undefined;
  readonly Key: string;
  readonly Range?: string | undefined;
  readonly ResponseCacheControl?: string | undefined;
  readonly ResponseContentDisposition?: string | undefined;
  readonly ResponseContentEncoding?: string | undefined;
  readonly ResponseContentLanguage?: string | undefined;
  readonly ResponseContentType?: string | undefined;
  readonly ResponseExpires?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
  readonly RequestPayer?: "requester" | undefined;
  readonly PartNumber?: number | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly ChecksumMode?: "ENABLED" | undefined;
}

export interface ListBucketsOutput {
  readonly Buckets?: ReadonlyArray<Bucket> | undefined;
  readonly Owner?: Owner | undefined;
  readonly ContinuationToken?: string | undefined;
  readonly Prefix?: string | undefined;
}

export interface ListBucketsRequest {
  readonly MaxBuckets?: number | undefined;
  readonly ContinuationToken?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly BucketRegion?: string | undefined;
}

export interface ListObjectsV2Output {
  readonly IsTruncated?: boolean | undefined;
  readonly Contents?: ReadonlyArray<Object> | undefined;
  readonly Name?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly CommonPrefixes?: ReadonlyArray<CommonPrefix> | undefined;
  readonly EncodingType?: "url" | undefined;
  readonly KeyCount?: number | undefined;
  readonly ContinuationToken?: string | undefined;
  readonly NextContinuationToken?: string | undefined;
  readonly StartAfter?: string | undefined;
  readonly RequestCharged?: "requester" | undefined;
}

export interface ListObjectsV2Request {
  readonly Bucket: string;
  readonly Delimiter?: string | undefined;
  readonly EncodingType?: "url" | undefined;
  readonly MaxKeys?: number | undefined;
  readonly Prefix?: string | undefined;
  readonly ContinuationToken?: string | undefined;
  readonly FetchOwner?: boolean | undefined;
  readonly StartAfter?: string | undefined;
  readonly RequestPayer?: "requester" | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly OptionalObjectAttributes?: ReadonlyArray<"RestoreStatus"> | undefined;
}

export interface LocationInfo {
  readonly Type?: "AvailabilityZone" | "LocalZone" | undefined;
  readonly Name?: string | undefined;
}

export interface Object {
  readonly Key?: string | undefined;
  readonly LastModified?: string | undefined;
  readonly ETag?: string | undefined;
  readonly ChecksumAlgorithm?: ReadonlyArray<"CRC32" | "CRC32C" | "SHA1" | "SHA256" | "CRC64NVME"> | undefined;
  readonly ChecksumType?: "COMPOSITE" | "FULL_OBJECT" | undefined;
  readonly Size?: number | undefined;
  readonly StorageClass?: "STANDARD" | "REDUCED_REDUNDANCY" | "GLACIER" | "STANDARD_IA" | "ONEZONE_IA" | "INTELLIGENT_TIERING" | "DEEP_ARCHIVE" | "OUTPOSTS" | "GLACIER_IR" | "SNOW" | "EXPRESS_ONEZONE" | "FSX_OPENZFS" | undefined;
  readonly Owner?: Owner | undefined;
  readonly RestoreStatus?: RestoreStatus | undefined;
}

export interface Owner {
  readonly DisplayName?: string | undefined;
  readonly ID?: string | undefined;
}

export interface PutObjectOutput {
  readonly Expiration?: string | undefined;
  readonly ETag?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly ChecksumType?: "COMPOSITE" | "FULL_OBJECT" | undefined;
  readonly ServerSideEncryption?: "AES256" | "aws:fsx" | "aws:kms" | "aws:kms:dsse" | undefined;
  readonly VersionId?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly SSEKMSEncryptionContext?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly Size?: number | undefined;
  readonly RequestCharged?: "requester" | undefined;
}

export interface PutObjectRequest {
  readonly ACL?: "private" | "public-read" | "public-read-write" | "authenticated-read" | "aws-exec-read" | "bucket-owner-read" | "bucket-owner-full-control" | undefined;
  readonly Body?: string | undefined;
  readonly Bucket: string;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentMD5?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly ChecksumAlgorithm?: "CRC32" | "CRC32C" | "SHA1" | "SHA256" | "CRC64NVME" | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly Expires?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly Key: string;
  readonly WriteOffsetBytes?: number | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly ServerSideEncryption?: "AES256" | "aws:fsx" | "aws:kms" | "aws:kms:dsse" | undefined;
  readonly StorageClass?: "STANDARD" | "REDUCED_REDUNDANCY" | "STANDARD_IA" | "ONEZONE_IA" | "INTELLIGENT_TIERING" | "GLACIER" | "DEEP_ARCHIVE" | "OUTPOSTS" | "GLACIER_IR" | "SNOW" | "EXPRESS_ONEZONE" | "FSX_OPENZFS" | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly SSEKMSEncryptionContext?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly RequestPayer?: "requester" | undefined;
  readonly Tagging?: string | undefined;
  readonly ObjectLockMode?: "GOVERNANCE" | "COMPLIANCE" | undefined;
  readonly ObjectLockRetainUntilDate?: string | undefined;
  readonly ObjectLockLegalHoldStatus?: "ON" | "OFF" | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

export interface RestoreStatus {
  readonly IsRestoreInProgress?: boolean | undefined;
  readonly RestoreExpiryDate?: string | undefined;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface S3Operations {
  readonly CreateBucket: { readonly input: CreateBucketRequest; readonly output: CreateBucketOutput };
  readonly DeleteObject: { readonly input: DeleteObjectRequest; readonly output: DeleteObjectOutput };
  readonly HeadBucket: { readonly input: HeadBucketRequest; readonly output: HeadBucketOutput };
  readonly HeadObject: { readonly input: HeadObjectRequest; readonly output: HeadObjectOutput };
  readonly ListBuckets: { readonly input: ListBucketsRequest; readonly output: ListBucketsOutput };
  readonly ListObjectsV2: { readonly input: ListObjectsV2Request; readonly output: ListObjectsV2Output };
  readonly PutObject: { readonly input: PutObjectRequest; readonly output: PutObjectOutput };
}
