//! The table of `kms` (Key Management Service: keys, aliases, policies, grants): printed by `generate.py` from
//! aws-sdk-kms 1.129.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_kms as sdk;

use crate::shape::macros::*;

operations! {
    cancel_key_deletion CancelKeyDeletion(key_id;) -> (key_id);
    create_alias CreateAlias(alias_name, target_key_id;) -> ();
    create_grant CreateGrant(key_id, operations; grantee_principal, retiring_principal,
        constraints, grant_tokens, name, dry_run, grantee_service_principal,
        retiring_service_principal) -> (grant_token, grant_id);
    create_key CreateKey(; policy, description, key_usage, customer_master_key_spec, key_spec,
        origin, custom_key_store_id, bypass_policy_lockout_safety_check, tags, multi_region,
        xks_key_id) -> (key_metadata);
    delete_alias DeleteAlias(alias_name;) -> ();
    describe_key DescribeKey(key_id; grant_tokens) -> (key_metadata);
    disable_key DisableKey(key_id;) -> ();
    disable_key_rotation DisableKeyRotation(key_id;) -> ();
    enable_key EnableKey(key_id;) -> ();
    enable_key_rotation EnableKeyRotation(key_id; rotation_period_in_days) -> ();
    get_key_policy GetKeyPolicy(key_id; policy_name) -> (policy, policy_name);
    get_key_rotation_status GetKeyRotationStatus(key_id;) -> (
        key_rotation_enabled, key_id, rotation_period_in_days, next_rotation_date,
        on_demand_rotation_start_date);
    list_aliases ListAliases(; key_id, limit, marker) -> (
        aliases, next_marker, truncated) pages(marker, next_marker: aliases);
    list_grants ListGrants(key_id; limit, marker, grant_id, grantee_principal,
        grantee_service_principal) -> (
        grants, next_marker, truncated) pages(marker, next_marker: grants);
    list_key_policies ListKeyPolicies(key_id; limit, marker) -> (
        policy_names, next_marker, truncated) pages(marker, next_marker: policy_names);
    list_key_rotations ListKeyRotations(key_id; include_key_material, limit, marker) -> (
        rotations, next_marker, truncated) pages(marker, next_marker: rotations);
    list_keys ListKeys(; limit, marker) -> (
        keys, next_marker, truncated) pages(marker, next_marker: keys);
    list_resource_tags ListResourceTags(key_id; limit, marker) -> (
        tags, next_marker, truncated) pages(marker, next_marker: tags);
    list_retirable_grants ListRetirableGrants(; limit, marker, retiring_principal,
        retiring_service_principal) -> (
        grants, next_marker, truncated) pages(marker, next_marker: grants);
    put_key_policy PutKeyPolicy(key_id, policy; policy_name, bypass_policy_lockout_safety_check)
        -> ();
    retire_grant RetireGrant(; grant_token, key_id, grant_id, dry_run) -> ();
    revoke_grant RevokeGrant(key_id, grant_id; dry_run) -> ();
    rotate_key_on_demand RotateKeyOnDemand(key_id;) -> (key_id);
    schedule_key_deletion ScheduleKeyDeletion(key_id; pending_window_in_days) -> (
        key_id, deletion_date, key_state, pending_window_in_days);
    tag_resource TagResource(key_id, tags;) -> ();
    untag_resource UntagResource(key_id, tag_keys;) -> ();
    update_alias UpdateAlias(alias_name, target_key_id;) -> ();
    update_key_description UpdateKeyDescription(key_id, description;) -> ();
}

structures_both! {
    GrantConstraints(; encryption_context_subset, encryption_context_equals, source_arn);
    Tag(tag_key, tag_value;);
}

structures_out! {
    AliasListEntry(; alias_name, alias_arn, target_key_id, creation_date, last_updated_date);
    GrantListEntry(; key_id, grant_id, name, creation_date, grantee_principal, retiring_principal,
        issuing_account, operations, constraints, grantee_service_principal,
        retiring_service_principal);
    KeyListEntry(; key_id, key_arn);
    KeyMetadata(key_id; aws_account_id, arn, creation_date, enabled, description, key_usage,
        key_state, deletion_date, valid_to, origin, custom_key_store_id, cloud_hsm_cluster_id,
        expiration_model, key_manager, customer_master_key_spec, key_spec, encryption_algorithms,
        signing_algorithms, key_agreement_algorithms, encapsulation_algorithms, multi_region,
        multi_region_configuration, pending_deletion_window_in_days, mac_algorithms,
        xks_key_configuration, current_key_material_id);
    MultiRegionConfiguration(; multi_region_key_type, primary_key, replica_keys);
    MultiRegionKey(; arn, region);
    RotationsListEntry(; key_id, key_material_id, key_material_description, import_state,
        key_material_state, expiration_model, valid_to, rotation_date, rotation_type);
    XksKeyConfigurationType(; id);
}

enumerations! {
    CustomerMasterKeySpec, EncapsulationAlgorithmSpec, EncryptionAlgorithmSpec,
    ExpirationModelType, GrantOperation, ImportState, IncludeKeyMaterial,
    KeyAgreementAlgorithmSpec, KeyManagerType, KeyMaterialState, KeySpec, KeyState, KeyUsageType,
    MacAlgorithmSpec, MultiRegionKeyType, OriginType, RotationType, SigningAlgorithmSpec
}

completeness! {
    AliasListEntry, GrantConstraints, GrantListEntry, KeyListEntry, KeyMetadata,
    MultiRegionConfiguration, MultiRegionKey, RotationsListEntry, Tag, XksKeyConfigurationType
}
