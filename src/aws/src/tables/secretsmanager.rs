//! The table of `secretsmanager` (Secrets Manager): printed by `generate.py` from
//! aws-sdk-secretsmanager 1.125.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_secretsmanager as sdk;

use crate::shape::macros::*;

operations! {
    batch_get_secret_value BatchGetSecretValue(; secret_id_list, filters, max_results, next_token)
        -> (secret_values, next_token, errors) pages(next_token, next_token: secret_values);
    cancel_rotate_secret CancelRotateSecret(secret_id;) -> (arn, name, version_id);
    create_secret CreateSecret(name; client_request_token, description, kms_key_id, secret_binary,
        secret_string, tags, add_replica_regions, force_overwrite_replica_secret, r#type) -> (
        arn, name, version_id, replication_status)
        secret(secret_binary, secret_string) token(client_request_token);
    delete_resource_policy DeleteResourcePolicy(secret_id;) -> (arn, name);
    delete_secret DeleteSecret(secret_id; recovery_window_in_days, force_delete_without_recovery)
        -> (arn, name, deletion_date);
    describe_secret DescribeSecret(secret_id;) -> (
        arn, name, r#type, description, kms_key_id, rotation_enabled, rotation_lambda_arn,
        rotation_rules, external_secret_rotation_metadata, external_secret_rotation_role_arn,
        last_rotated_date, last_changed_date, last_accessed_date, deleted_date, next_rotation_date,
        tags, version_ids_to_stages, owning_service, created_date, primary_region,
        replication_status);
    get_random_password GetRandomPassword(; password_length, exclude_characters, exclude_numbers,
        exclude_punctuation, exclude_uppercase, exclude_lowercase, include_space,
        require_each_included_type) -> (random_password) secret(random_password);
    get_resource_policy GetResourcePolicy(secret_id;) -> (arn, name, resource_policy);
    get_secret_value GetSecretValue(secret_id; version_id, version_stage) -> (
        arn, name, version_id, secret_binary, secret_string, version_stages, created_date)
        secret(secret_binary, secret_string);
    list_secret_version_ids ListSecretVersionIds(secret_id; max_results, next_token,
        include_deprecated) -> (
        versions, next_token, arn, name) pages(next_token, next_token: versions);
    list_secrets ListSecrets(; include_planned_deletion, max_results, next_token, filters,
        sort_order, sort_by) -> (
        secret_list, next_token) pages(next_token, next_token: secret_list);
    put_resource_policy PutResourcePolicy(secret_id, resource_policy; block_public_policy) -> (
        arn, name);
    put_secret_value PutSecretValue(secret_id; client_request_token, secret_binary, secret_string,
        version_stages, rotation_token) -> (
        arn, name, version_id, version_stages)
        secret(rotation_token, secret_binary, secret_string) token(client_request_token);
    remove_regions_from_replication RemoveRegionsFromReplication(secret_id, remove_replica_regions;)
        -> (arn, replication_status);
    replicate_secret_to_regions ReplicateSecretToRegions(secret_id, add_replica_regions;
        force_overwrite_replica_secret) -> (arn, replication_status);
    restore_secret RestoreSecret(secret_id;) -> (arn, name);
    rotate_secret RotateSecret(secret_id; client_request_token, rotation_lambda_arn,
        rotation_rules, external_secret_rotation_metadata, external_secret_rotation_role_arn,
        rotate_immediately) -> (arn, name, version_id) token(client_request_token);
    stop_replication_to_replica StopReplicationToReplica(secret_id;) -> (arn);
    tag_resource TagResource(secret_id, tags;) -> ();
    untag_resource UntagResource(secret_id, tag_keys;) -> ();
    update_secret UpdateSecret(secret_id; client_request_token, description, kms_key_id,
        secret_binary, secret_string, r#type) -> (
        arn, name, version_id) secret(secret_binary, secret_string) token(client_request_token);
    update_secret_version_stage UpdateSecretVersionStage(secret_id, version_stage;
        remove_from_version_id, move_to_version_id) -> (arn, name);
    validate_resource_policy ValidateResourcePolicy(resource_policy; secret_id) -> (
        policy_validation_passed, validation_errors);
}

structures_both! {
    ExternalSecretRotationMetadataItem(; key, value);
    RotationRulesType(; automatically_after_days, duration, schedule_expression);
    Tag(; key, value);
}

structures_in! {
    Filter(; key, values);
    ReplicaRegionType(; region, kms_key_id);
}

structures_out! {
    ApiErrorType(; secret_id, error_code, message);
    ReplicationStatusType(; region, kms_key_id, status, status_message, last_accessed_date);
    SecretListEntry(; arn, name, r#type, description, kms_key_id, rotation_enabled,
        rotation_lambda_arn, rotation_rules, external_secret_rotation_metadata,
        external_secret_rotation_role_arn, last_rotated_date, last_changed_date,
        last_accessed_date, deleted_date, next_rotation_date, tags, secret_versions_to_stages,
        owning_service, created_date, primary_region);
    SecretValueEntry(; arn, name, version_id, secret_binary, secret_string, version_stages,
        created_date) secret(secret_binary, secret_string);
    SecretVersionsListEntry(; version_id, version_stages, last_accessed_date, created_date,
        kms_key_ids);
    ValidationErrorsEntry(; check_name, error_message);
}

enumerations! {
    FilterNameStringType, SortByType, SortOrderType, StatusType
}

completeness! {
    ApiErrorType, ExternalSecretRotationMetadataItem, Filter, ReplicaRegionType,
    ReplicationStatusType, RotationRulesType, SecretListEntry, SecretValueEntry,
    SecretVersionsListEntry, Tag, ValidationErrorsEntry
}
