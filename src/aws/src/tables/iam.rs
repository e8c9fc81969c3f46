//! The table of `iam` (Identity and Access Management: roles and policies): printed by `generate.py` from
//! aws-sdk-iam 1.133.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_iam as sdk;

use crate::shape::macros::*;

operations! {
    attach_role_policy AttachRolePolicy(role_name, policy_arn;) -> ();
    create_policy CreatePolicy(policy_name, policy_document; path, description, tags) -> (policy);
    create_policy_version CreatePolicyVersion(policy_arn, policy_document; set_as_default) -> (
        policy_version);
    create_role CreateRole(role_name, assume_role_policy_document; path, description,
        max_session_duration, permissions_boundary, tags) -> (role);
    create_service_linked_role CreateServiceLinkedRole(aws_service_name; description, custom_suffix)
        -> (role);
    delete_policy DeletePolicy(policy_arn;) -> ();
    delete_policy_version DeletePolicyVersion(policy_arn, version_id;) -> ();
    delete_role DeleteRole(role_name;) -> ();
    delete_role_permissions_boundary DeleteRolePermissionsBoundary(role_name;) -> ();
    delete_role_policy DeleteRolePolicy(role_name, policy_name;) -> ();
    delete_service_linked_role DeleteServiceLinkedRole(role_name;) -> (deletion_task_id);
    detach_role_policy DetachRolePolicy(role_name, policy_arn;) -> ();
    get_account_authorization_details GetAccountAuthorizationDetails(; filter, max_items, marker)
        -> (
        user_detail_list, group_detail_list, role_detail_list, policies, is_truncated, marker)
        pages(marker, marker: role_detail_list, user_detail_list, group_detail_list, policies);
    get_account_summary GetAccountSummary(;) -> (summary_map);
    get_policy GetPolicy(policy_arn;) -> (policy);
    get_policy_version GetPolicyVersion(policy_arn, version_id;) -> (policy_version);
    get_role GetRole(role_name;) -> (role);
    get_role_policy GetRolePolicy(role_name, policy_name;) -> (
        role_name, policy_name, policy_document);
    get_service_linked_role_deletion_status GetServiceLinkedRoleDeletionStatus(deletion_task_id;)
        -> (status, reason);
    list_account_aliases ListAccountAliases(; marker, max_items) -> (
        account_aliases, is_truncated, marker) pages(marker, marker: account_aliases);
    list_attached_role_policies ListAttachedRolePolicies(role_name; path_prefix, marker, max_items)
        -> (attached_policies, is_truncated, marker) pages(marker, marker: attached_policies);
    list_entities_for_policy ListEntitiesForPolicy(policy_arn; entity_filter, path_prefix,
        policy_usage_filter, marker, max_items) -> (
        policy_groups, policy_users, policy_roles, is_truncated, marker)
        pages(marker, marker: policy_roles, policy_users, policy_groups);
    list_policies ListPolicies(; scope, only_attached, path_prefix, policy_usage_filter, marker,
        max_items) -> (policies, is_truncated, marker) pages(marker, marker: policies);
    list_policy_tags ListPolicyTags(policy_arn; marker, max_items) -> (
        tags, is_truncated, marker) pages(marker, marker: tags);
    list_policy_versions ListPolicyVersions(policy_arn; marker, max_items) -> (
        versions, is_truncated, marker) pages(marker, marker: versions);
    list_role_policies ListRolePolicies(role_name; marker, max_items) -> (
        policy_names, is_truncated, marker) pages(marker, marker: policy_names);
    list_role_tags ListRoleTags(role_name; marker, max_items) -> (
        tags, is_truncated, marker) pages(marker, marker: tags);
    list_roles ListRoles(; path_prefix, marker, max_items) -> (
        roles, is_truncated, marker) pages(marker, marker: roles);
    put_role_permissions_boundary PutRolePermissionsBoundary(role_name, permissions_boundary;) -> (
        );
    put_role_policy PutRolePolicy(role_name, policy_name, policy_document;) -> ();
    set_default_policy_version SetDefaultPolicyVersion(policy_arn, version_id;) -> ();
    simulate_custom_policy SimulateCustomPolicy(policy_input_list, action_names;
        permissions_boundary_policy_input_list, ordered_organization_policy_input_list,
        resource_arns, resource_policy, resource_owner, caller_arn, context_entries,
        resource_handling_option, max_items, marker) -> (
        evaluation_results, is_truncated, marker) pages(marker, marker: evaluation_results);
    simulate_principal_policy SimulatePrincipalPolicy(policy_source_arn, action_names;
        policy_input_list, permissions_boundary_policy_input_list, policy_exclusion_list,
        resource_arns, resource_policy, resource_owner, caller_arn, context_entries,
        resource_handling_option, max_items, marker) -> (
        evaluation_results, is_truncated, marker) pages(marker, marker: evaluation_results);
    tag_policy TagPolicy(policy_arn, tags;) -> ();
    tag_role TagRole(role_name, tags;) -> ();
    untag_policy UntagPolicy(policy_arn, tag_keys;) -> ();
    untag_role UntagRole(role_name, tag_keys;) -> ();
    update_assume_role_policy UpdateAssumeRolePolicy(role_name, policy_document;) -> ();
    update_role UpdateRole(role_name; description, max_session_duration) -> ();
    update_role_description UpdateRoleDescription(role_name, description;) -> (role);
}

structures_both! {
    Tag(key, value;);
}

structures_in! {
    ContextEntry(; context_key_name, context_key_values, context_key_type);
    InlinePolicyIdentifierType(policy_name, attachment_type, attachment_name;);
    OrderedOrganizationPolicyType(; service_control_policy_input_list);
}

structures_out! {
    AttachedPermissionsBoundary(; permissions_boundary_type, permissions_boundary_arn);
    AttachedPolicy(; policy_name, policy_arn);
    DeletionTaskFailureReasonType(; reason, role_usage_list);
    EvaluationResult(eval_action_name, eval_decision; eval_resource_name, matched_statements,
        missing_context_values, organizations_decision_detail,
        permissions_boundary_decision_detail, eval_decision_details, resource_specific_results);
    GroupDetail(; path, group_name, group_id, arn, create_date, group_policy_list,
        attached_managed_policies);
    InstanceProfile(path, instance_profile_name, instance_profile_id, arn, create_date, roles; tags);
    ManagedPolicyDetail(; policy_name, policy_id, arn, path, default_version_id, attachment_count,
        permissions_boundary_usage_count, is_attachable, description, create_date, update_date,
        policy_version_list);
    OrganizationsDecisionDetail(; allowed_by_organizations);
    PermissionsBoundaryDecisionDetail(; allowed_by_permissions_boundary);
    Policy(; policy_name, policy_id, arn, path, default_version_id, attachment_count,
        permissions_boundary_usage_count, is_attachable, description, create_date, update_date,
        tags);
    PolicyDetail(; policy_name, policy_document);
    PolicyGroup(; group_name, group_id);
    PolicyRole(; role_name, role_id);
    PolicyUser(; user_name, user_id);
    PolicyVersion(; document, version_id, is_default_version, create_date);
    Position(; line, column);
    ResourceSpecificResult(eval_resource_name, eval_resource_decision; matched_statements,
        missing_context_values, eval_decision_details, permissions_boundary_decision_detail);
    Role(path, role_name, role_id, arn, create_date; assume_role_policy_document, description,
        max_session_duration, permissions_boundary, tags, role_last_used, source_role_template);
    RoleDetail(; path, role_name, role_id, arn, create_date, assume_role_policy_document,
        instance_profile_list, role_policy_list, attached_managed_policies, permissions_boundary,
        tags, role_last_used);
    RoleLastUsed(; last_used_date, region);
    RoleUsageType(; region, resources);
    SourceRoleTemplate(template_arn, template_minor_version;);
    Statement(; source_policy_id, source_policy_type, start_position, end_position);
    UserDetail(; path, user_name, user_id, arn, create_date, user_policy_list, group_list,
        attached_managed_policies, permissions_boundary, tags);
}

enumerations! {
    AttachmentType, ContextKeyTypeEnum, DeletionTaskStatusType, EntityType,
    PermissionsBoundaryAttachmentType, PolicyEvaluationDecisionType, PolicyIdentifierPolicyType,
    PolicyScopeType, PolicySourceType, PolicyUsageType, SummaryKeyType
}

union_in! {
    PolicyIdentifier(InlinePolicyIdentifier inline_policy_identifier, PolicyArn policy_arn,
        PolicyType policy_type);
}

completeness! {
    AttachedPermissionsBoundary, AttachedPolicy, ContextEntry, DeletionTaskFailureReasonType,
    EvaluationResult, GroupDetail, InlinePolicyIdentifierType, InstanceProfile,
    ManagedPolicyDetail, OrderedOrganizationPolicyType, OrganizationsDecisionDetail,
    PermissionsBoundaryDecisionDetail, Policy, PolicyDetail, PolicyGroup, PolicyRole, PolicyUser,
    PolicyVersion, Position, ResourceSpecificResult, Role, RoleDetail, RoleLastUsed, RoleUsageType,
    SourceRoleTemplate, Statement, Tag, UserDetail
}
