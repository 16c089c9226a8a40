"""The supported condition keys. A document with any other one is refused when it is put.

Names are compared in lower case. A key that this installation can never answer (`aws:PrincipalOrgID`)
is accepted all the same: policies name it, and it is missing from every request.
"""

GLOBAL = """
aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:CurrentTime aws:Ec2InstanceSourceVpc aws:EpochTime
aws:FederatedProvider aws:MultiFactorAuthAge aws:MultiFactorAuthPresent aws:PrincipalAccount
aws:PrincipalArn aws:PrincipalIsAWSService aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName
aws:PrincipalServiceNamesList aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount
aws:ResourceOrgID aws:ResourceOrgPaths aws:SecureTransport aws:SourceAccount aws:SourceArn
aws:SourceIdentity aws:SourceIp aws:SourceOrgID aws:SourceOrgPaths aws:SourceVpc aws:SourceVpcArn
aws:SourceVpce aws:TagKeys aws:TokenIssueTime aws:UserAgent aws:ViaAWSService aws:VpcSourceIp aws:userid
aws:username
"""
STS = """
sts:AuthorizingService sts:DurationSeconds sts:ExternalId sts:RoleSessionName sts:SourceIdentity
sts:TransitiveTagKeys
"""
KMS = """
kms:BypassPolicyLockoutSafetyCheck kms:CallerAccount kms:DataKeyPairSpec kms:EncryptionAlgorithm
kms:EncryptionContextKeys kms:ExpirationModel kms:GrantConstraintType kms:GrantIsForAWSResource
kms:GrantOperations kms:GranteePrincipal kms:KeyAgreementAlgorithm kms:KeyOrigin kms:KeySpec kms:KeyUsage
kms:MacAlgorithm kms:MessageType kms:MultiRegion kms:MultiRegionKeyType kms:PrimaryRegion
kms:ReEncryptOnSameKey kms:RequestAlias kms:ResourceAliases kms:RetiringPrincipal kms:RotationPeriodInDays
kms:ScheduleKeyDeletionPendingWindowInDays kms:SigningAlgorithm kms:ValidTo kms:ViaService
kms:WrappingAlgorithm kms:WrappingKeySpec
"""
IAM = """
iam:AWSServiceName iam:AssociatedResourceArn iam:FIDO-FIPS-140-2-certification
iam:FIDO-FIPS-140-3-certification iam:FIDO-certification iam:OrganizationsPolicyId iam:PassedToService
iam:PermissionsBoundary iam:PolicyARN iam:RegisterSecurityKey
"""
S3 = """
s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:DataAccessPointAccount s3:DataAccessPointArn
s3:InventoryAccessibleOptionalFields s3:ResourceAccount s3:TlsVersion s3:VersionId s3:RequestObjectTagKeys
s3:authType s3:delimiter s3:if-match s3:if-none-match s3:locationconstraint s3:max-keys
s3:object-lock-legal-hold s3:object-lock-mode s3:object-lock-remaining-retention-days
s3:object-lock-retain-until-date s3:prefix s3:signatureAge s3:signatureversion s3:versionid s3:x-amz-acl
s3:x-amz-content-sha256 s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read
s3:x-amz-grant-read-acp s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive
s3:x-amz-object-ownership s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class s3:x-amz-website-redirect-location
"""
# Prefixes; the key of a tag or of an encryption context follows.
FAMILIES = (
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "iam:resourcetag/",
    "kms:encryptioncontext:",
    "s3:buckettag/",
    "s3:existingobjecttag/",
    "s3:requestobjecttag/",
)
KNOWN = frozenset(f"{GLOBAL} {STS} {KMS} {IAM} {S3}".lower().split())


def is_known_key(key: str) -> bool:
    """Return whether policies may test this condition key, which is in lower case."""
    return key in KNOWN or any(key.startswith(family) and key != family for family in FAMILIES)
