"""Identity and Access Management: users, groups, roles, keys and policies, as IAM's clients manage them.

Over the same rooms as the console's account page and the command line: what one of them makes, all see.
"""

from vedette.api.effects import effect_of_name
from vedette.api.house import Caller, House
from vedette.api.iam import account, factors, groups, policies, roles, simulation, users
from vedette.api.iam.faults import translate
from vedette.api.iam.holdings import KINDS, operations_of
from vedette.api.iam.permissions import PERMISSIONS
from vedette.api.operations import Handler, Operation, OperationsDoor, Result, operation
from vedette.api.protocols import QueryProtocol


def _only_reads(name: str, handler: Handler) -> bool:
    return (handler.effect if isinstance(handler, Operation) else effect_of_name(name)) == "reads"


def _seen_at_once(handler: Handler) -> Handler:
    """Let this server forget the rights that it knows, so that the next request meets the change."""

    def change(house: House, caller: Caller, request: Result) -> Result:
        try:
            answer = handler(house, caller, request)
        finally:
            house.identity.forget()
        assert isinstance(answer, dict)
        return answer

    return change


ALL: dict[str, Handler] = {
    "AddUserToGroup": groups.add_user_to_group,
    "CreateAccessKey": users.create_access_key,
    "CreateAccountAlias": account.create_account_alias,
    "CreateGroup": groups.create_group,
    "CreatePolicy": policies.create_policy,
    "CreatePolicyVersion": policies.create_policy_version,
    "CreateRole": roles.create_role,
    "CreateUser": users.create_user,
    "DeactivateMFADevice": factors.deactivate_mfa_device,
    "DeleteAccessKey": users.delete_access_key,
    "DeleteAccountAlias": account.delete_account_alias,
    "DeleteGroup": groups.delete_group,
    "DeleteLoginProfile": account.delete_login_profile,
    "DeletePolicy": policies.delete_policy,
    "DeletePolicyVersion": policies.delete_policy_version,
    "DeleteRole": roles.delete_role,
    "DeleteUser": users.delete_user,
    "GetAccessKeyLastUsed": users.get_access_key_last_used,
    "GetAccountAuthorizationDetails": account.get_account_authorization_details,
    "GetAccountSummary": account.get_account_summary,
    "GetContextKeysForCustomPolicy": simulation.get_context_keys_for_custom_policy,
    "GetContextKeysForPrincipalPolicy": simulation.get_context_keys_for_principal_policy,
    "GetGroup": groups.get_group,
    "GetLoginProfile": account.get_login_profile,
    "GetPolicy": policies.get_policy,
    "GetPolicyVersion": policies.get_policy_version,
    "GetRole": roles.get_role,
    "GetUser": users.get_user,
    "ListAccessKeys": users.list_access_keys,
    "ListAccountAliases": account.list_account_aliases,
    "ListEntitiesForPolicy": policies.list_entities_for_policy,
    "ListGroups": groups.list_groups,
    "ListGroupsForUser": users.list_groups_for_user,
    "ListMFADevices": factors.list_mfa_devices,
    "ListPolicies": policies.list_policies,
    "ListPolicyTags": policies.list_policy_tags,
    "ListPolicyVersions": policies.list_policy_versions,
    "ListRoles": roles.list_roles,
    "ListUsers": users.list_users,
    "RemoveUserFromGroup": groups.remove_user_from_group,
    "SetDefaultPolicyVersion": policies.set_default_policy_version,
    "SimulateCustomPolicy": operation(effect="reads")(simulation.simulate_custom_policy),
    "SimulatePrincipalPolicy": operation(effect="reads")(simulation.simulate_principal_policy),
    "TagPolicy": policies.tag_policy,
    "TagRole": roles.tag_role,
    "TagUser": users.tag_user,
    "UntagPolicy": policies.untag_policy,
    "UntagRole": roles.untag_role,
    "UntagUser": users.untag_user,
    "UpdateAccessKey": users.update_access_key,
    "UpdateAssumeRolePolicy": roles.update_assume_role_policy,
    "UpdateGroup": groups.update_group,
    "UpdateRole": roles.update_role,
    "UpdateRoleDescription": roles.update_role_description,
    "UpdateUser": users.update_user,
    **account.empty_lists(),
    **{name: handler for kind in KINDS for name, handler in operations_of(kind).items()},
}
OPERATIONS: dict[str, Handler] = {
    name: handler if _only_reads(name, handler) else _seen_at_once(handler) for name, handler in ALL.items()
}

DOOR = OperationsDoor(
    QueryProtocol("iam"),
    OPERATIONS,
    translate,
    title="Identity and Access Management",
    permissions=PERMISSIONS,
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
