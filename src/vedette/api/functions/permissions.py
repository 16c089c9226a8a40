"""What each operation of AWS Lambda asks for."""

from vedette.api.permissions import Permission, reads

FUNCTION = "function:NAME"
OF_A_FUNCTION = (
    "AddPermission", "DeleteFunction", "DeleteFunctionEventInvokeConfig", "GetFunction",
    "GetFunctionConfiguration", "GetFunctionEventInvokeConfig", "GetFunctionRecursionConfig", "GetPolicy",
    "ListFunctionEventInvokeConfigs", "PutFunctionEventInvokeConfig", "PutFunctionRecursionConfig",
    "RemovePermission", "UpdateFunctionEventInvokeConfig",
)  # fmt: skip
PASSED_TO = ("iam:PassedToService",)
PASSED = Permission("iam:PassRole", "arn:aws:iam::ACCOUNT:role/NAME", PASSED_TO)

PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    **{operation: (Permission(f"lambda:{operation}", FUNCTION),) for operation in OF_A_FUNCTION},
    "CreateFunction": (
        Permission("lambda:CreateFunction", FUNCTION),
        PASSED,
        *reads("with S3Bucket", is_later=False),
    ),
    "Invoke": (Permission("lambda:InvokeFunction", FUNCTION),),
    "ListFunctions": (Permission("lambda:ListFunctions"),),
    "UpdateFunctionCode": (
        Permission("lambda:UpdateFunctionCode", FUNCTION),
        *reads("with S3Bucket", is_later=False),
    ),
    "UpdateFunctionConfiguration": (
        Permission("lambda:UpdateFunctionConfiguration", FUNCTION),
        Permission("iam:PassRole", "arn:aws:iam::ACCOUNT:role/NAME", PASSED_TO, "with Role"),
    ),
}
