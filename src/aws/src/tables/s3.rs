//! The table of `s3` (Simple Storage Service): printed by `generate.py` from
//! aws-sdk-s3 1.157.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_s3 as sdk;

use crate::shape::macros::*;

operations! {
    abort_multipart_upload AbortMultipartUpload(bucket, key, upload_id; request_payer,
        expected_bucket_owner, if_match_initiated_time) -> (request_charged);
    complete_multipart_upload CompleteMultipartUpload(bucket, key, upload_id; multipart_upload,
        checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1, checksum_sha256,
        checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3, checksum_xxhash128,
        checksum_type, mpu_object_size, request_payer, expected_bucket_owner, if_match,
        if_none_match, sse_customer_algorithm, sse_customer_key, sse_customer_key_md5) -> (
        location, bucket, key, expiration, e_tag, checksum_crc32, checksum_crc32_c,
        checksum_crc64_nvme, checksum_sha1, checksum_sha256, checksum_sha512, checksum_md5,
        checksum_xxhash64, checksum_xxhash3, checksum_xxhash128, checksum_type,
        server_side_encryption, version_id, ssekms_key_id, bucket_key_enabled, request_charged)
        secret(sse_customer_key);
    copy_object CopyObject(bucket, copy_source, key; acl, cache_control, checksum_algorithm,
        content_disposition, content_encoding, content_language, content_type,
        copy_source_if_match, copy_source_if_modified_since, copy_source_if_none_match,
        copy_source_if_unmodified_since, expires, grant_full_control, grant_read, grant_read_acp,
        grant_write_acp, if_match, if_none_match, metadata, metadata_directive, tagging_directive,
        annotation_directive, server_side_encryption, storage_class, website_redirect_location,
        sse_customer_algorithm, sse_customer_key, sse_customer_key_md5, ssekms_key_id,
        ssekms_encryption_context, bucket_key_enabled, copy_source_sse_customer_algorithm,
        copy_source_sse_customer_key, copy_source_sse_customer_key_md5, request_payer, tagging,
        object_lock_mode, object_lock_retain_until_date, object_lock_legal_hold_status,
        object_lock_event_hold, object_lock_event_hold_duration_days,
        object_lock_event_hold_duration_years, expected_bucket_owner, expected_source_bucket_owner)
        -> (
        copy_object_result, expiration, copy_source_version_id, version_id, server_side_encryption,
        sse_customer_algorithm, sse_customer_key_md5, ssekms_key_id, ssekms_encryption_context,
        bucket_key_enabled, request_charged) secret(copy_source_sse_customer_key, sse_customer_key);
    create_bucket CreateBucket(bucket; acl, create_bucket_configuration, grant_full_control,
        grant_read, grant_read_acp, grant_write, grant_write_acp, object_lock_enabled_for_bucket,
        object_ownership, bucket_namespace) -> (location, bucket_arn);
    create_multipart_upload CreateMultipartUpload(bucket, key; acl, cache_control,
        content_disposition, content_encoding, content_language, content_type, expires,
        grant_full_control, grant_read, grant_read_acp, grant_write_acp, metadata,
        server_side_encryption, storage_class, website_redirect_location, sse_customer_algorithm,
        sse_customer_key, sse_customer_key_md5, ssekms_key_id, ssekms_encryption_context,
        bucket_key_enabled, request_payer, tagging, object_lock_mode,
        object_lock_retain_until_date, object_lock_legal_hold_status, object_lock_event_hold,
        object_lock_event_hold_duration_days, object_lock_event_hold_duration_years,
        expected_bucket_owner, checksum_algorithm, checksum_type) -> (
        abort_date, abort_rule_id, bucket, key, upload_id, server_side_encryption,
        sse_customer_algorithm, sse_customer_key_md5, ssekms_key_id, ssekms_encryption_context,
        bucket_key_enabled, request_charged, checksum_algorithm, checksum_type)
        secret(sse_customer_key);
    delete_bucket DeleteBucket(bucket; expected_bucket_owner) -> ();
    delete_bucket_analytics_configuration DeleteBucketAnalyticsConfiguration(bucket, id;
        expected_bucket_owner) -> ();
    delete_bucket_cors DeleteBucketCors(bucket; expected_bucket_owner) -> ();
    delete_bucket_encryption DeleteBucketEncryption(bucket; expected_bucket_owner) -> ();
    delete_bucket_intelligent_tiering_configuration DeleteBucketIntelligentTieringConfiguration(
        bucket, id; expected_bucket_owner) -> ();
    delete_bucket_inventory_configuration DeleteBucketInventoryConfiguration(bucket, id;
        expected_bucket_owner) -> ();
    delete_bucket_lifecycle DeleteBucketLifecycle(bucket; expected_bucket_owner) -> ();
    delete_bucket_metrics_configuration DeleteBucketMetricsConfiguration(bucket, id;
        expected_bucket_owner) -> ();
    delete_bucket_ownership_controls DeleteBucketOwnershipControls(bucket; expected_bucket_owner)
        -> ();
    delete_bucket_policy DeleteBucketPolicy(bucket; expected_bucket_owner) -> ();
    delete_bucket_replication DeleteBucketReplication(bucket; expected_bucket_owner) -> ();
    delete_bucket_tagging DeleteBucketTagging(bucket; expected_bucket_owner) -> ();
    delete_bucket_website DeleteBucketWebsite(bucket; expected_bucket_owner) -> ();
    delete_object DeleteObject(bucket, key; mfa, version_id, request_payer,
        bypass_governance_retention, expected_bucket_owner, if_match, if_match_last_modified_time,
        if_match_size) -> (delete_marker, version_id, request_charged);
    delete_object_tagging DeleteObjectTagging(bucket, key; version_id, expected_bucket_owner) -> (
        version_id);
    delete_objects DeleteObjects(bucket, delete; mfa, request_payer, bypass_governance_retention,
        expected_bucket_owner, checksum_algorithm) -> (deleted, request_charged, errors);
    delete_public_access_block DeletePublicAccessBlock(bucket; expected_bucket_owner) -> ();
    get_bucket_abac GetBucketAbac(bucket; expected_bucket_owner) -> (abac_status);
    get_bucket_accelerate_configuration GetBucketAccelerateConfiguration(bucket;
        expected_bucket_owner, request_payer) -> (status, request_charged);
    get_bucket_acl GetBucketAcl(bucket; expected_bucket_owner) -> (owner, grants);
    get_bucket_analytics_configuration GetBucketAnalyticsConfiguration(bucket, id;
        expected_bucket_owner) -> (analytics_configuration);
    get_bucket_cors GetBucketCors(bucket; expected_bucket_owner) -> (cors_rules);
    get_bucket_encryption GetBucketEncryption(bucket; expected_bucket_owner) -> (
        server_side_encryption_configuration);
    get_bucket_intelligent_tiering_configuration GetBucketIntelligentTieringConfiguration(bucket,
        id; expected_bucket_owner) -> (intelligent_tiering_configuration);
    get_bucket_inventory_configuration GetBucketInventoryConfiguration(bucket, id;
        expected_bucket_owner) -> (inventory_configuration);
    get_bucket_lifecycle_configuration GetBucketLifecycleConfiguration(bucket;
        expected_bucket_owner) -> (rules, transition_default_minimum_object_size);
    get_bucket_location GetBucketLocation(bucket; expected_bucket_owner) -> (location_constraint);
    get_bucket_logging GetBucketLogging(bucket; expected_bucket_owner) -> (logging_enabled);
    get_bucket_metrics_configuration GetBucketMetricsConfiguration(bucket, id;
        expected_bucket_owner) -> (metrics_configuration);
    get_bucket_notification_configuration GetBucketNotificationConfiguration(bucket;
        expected_bucket_owner) -> (
        topic_configurations, queue_configurations, lambda_function_configurations,
        event_bridge_configuration);
    get_bucket_ownership_controls GetBucketOwnershipControls(bucket; expected_bucket_owner) -> (
        ownership_controls);
    get_bucket_policy GetBucketPolicy(bucket; expected_bucket_owner) -> (policy);
    get_bucket_policy_status GetBucketPolicyStatus(bucket; expected_bucket_owner) -> (
        policy_status);
    get_bucket_replication GetBucketReplication(bucket; expected_bucket_owner) -> (
        replication_configuration);
    get_bucket_request_payment GetBucketRequestPayment(bucket; expected_bucket_owner) -> (payer);
    get_bucket_tagging GetBucketTagging(bucket; expected_bucket_owner) -> (tag_set);
    get_bucket_versioning GetBucketVersioning(bucket; expected_bucket_owner) -> (
        status, mfa_delete);
    get_bucket_website GetBucketWebsite(bucket; expected_bucket_owner) -> (
        redirect_all_requests_to, index_document, error_document, routing_rules);
    get_object GetObject(bucket, key; if_match, if_modified_since, if_none_match,
        if_unmodified_since, range, response_cache_control, response_content_disposition,
        response_content_encoding, response_content_language, response_content_type,
        response_expires, version_id, sse_customer_algorithm, sse_customer_key,
        sse_customer_key_md5, request_payer, part_number, expected_bucket_owner, checksum_mode) -> (
        delete_marker, accept_ranges, expiration, restore, last_modified, content_length, e_tag,
        checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1, checksum_sha256,
        checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3, checksum_xxhash128,
        checksum_type, missing_meta, version_id, cache_control, content_disposition,
        content_encoding, content_language, content_range, content_type, website_redirect_location,
        server_side_encryption, metadata, sse_customer_algorithm, sse_customer_key_md5,
        ssekms_key_id, bucket_key_enabled, storage_class, request_charged, replication_status,
        parts_count, tag_count, object_lock_mode, object_lock_retain_until_date,
        object_lock_legal_hold_status, object_lock_event_hold,
        object_lock_event_hold_duration_days, object_lock_event_hold_duration_years, expires,
        expires_string) secret(sse_customer_key) streams(body);
    get_object_acl GetObjectAcl(bucket, key; version_id, request_payer, expected_bucket_owner) -> (
        owner, grants, request_charged);
    get_object_attributes GetObjectAttributes(bucket, key, object_attributes; version_id,
        max_parts, part_number_marker, sse_customer_algorithm, sse_customer_key,
        sse_customer_key_md5, request_payer, expected_bucket_owner) -> (
        delete_marker, last_modified, version_id, request_charged, e_tag, checksum, object_parts,
        storage_class, object_size) secret(sse_customer_key);
    get_object_legal_hold GetObjectLegalHold(bucket, key; version_id, request_payer,
        expected_bucket_owner) -> (legal_hold);
    get_object_lock_configuration GetObjectLockConfiguration(bucket; expected_bucket_owner) -> (
        object_lock_configuration);
    get_object_retention GetObjectRetention(bucket, key; version_id, request_payer,
        expected_bucket_owner) -> (retention);
    get_object_tagging GetObjectTagging(bucket, key; version_id, expected_bucket_owner,
        request_payer) -> (version_id, tag_set);
    get_public_access_block GetPublicAccessBlock(bucket; expected_bucket_owner) -> (
        public_access_block_configuration);
    head_bucket HeadBucket(bucket; expected_bucket_owner) -> (
        bucket_arn, bucket_location_type, bucket_location_name, bucket_region, access_point_alias);
    head_object HeadObject(bucket, key; if_match, if_modified_since, if_none_match,
        if_unmodified_since, range, response_cache_control, response_content_disposition,
        response_content_encoding, response_content_language, response_content_type,
        response_expires, version_id, sse_customer_algorithm, sse_customer_key,
        sse_customer_key_md5, request_payer, part_number, expected_bucket_owner, checksum_mode) -> (
        delete_marker, accept_ranges, expiration, restore, archive_status, last_modified,
        content_length, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1,
        checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3,
        checksum_xxhash128, checksum_type, e_tag, missing_meta, version_id, cache_control,
        content_disposition, content_encoding, content_language, content_type, content_range,
        website_redirect_location, server_side_encryption, metadata, sse_customer_algorithm,
        sse_customer_key_md5, ssekms_key_id, bucket_key_enabled, storage_class, request_charged,
        replication_status, parts_count, tag_count, object_lock_mode,
        object_lock_retain_until_date, object_lock_legal_hold_status, object_lock_event_hold,
        object_lock_event_hold_duration_days, object_lock_event_hold_duration_years, expires,
        expires_string) secret(sse_customer_key);
    list_bucket_analytics_configurations ListBucketAnalyticsConfigurations(bucket;
        continuation_token, expected_bucket_owner) -> (
        is_truncated, continuation_token, next_continuation_token, analytics_configuration_list)
        pages(continuation_token, next_continuation_token: analytics_configuration_list);
    list_bucket_intelligent_tiering_configurations ListBucketIntelligentTieringConfigurations(
        bucket; continuation_token, expected_bucket_owner) -> (
        is_truncated, continuation_token, next_continuation_token,
        intelligent_tiering_configuration_list)
        pages(continuation_token, next_continuation_token: intelligent_tiering_configuration_list);
    list_bucket_inventory_configurations ListBucketInventoryConfigurations(bucket;
        continuation_token, expected_bucket_owner) -> (
        continuation_token, inventory_configuration_list, is_truncated, next_continuation_token)
        pages(continuation_token, next_continuation_token: inventory_configuration_list);
    list_bucket_metrics_configurations ListBucketMetricsConfigurations(bucket; continuation_token,
        expected_bucket_owner) -> (
        is_truncated, continuation_token, next_continuation_token, metrics_configuration_list)
        pages(continuation_token, next_continuation_token: metrics_configuration_list);
    list_buckets ListBuckets(; max_buckets, continuation_token, prefix, bucket_region) -> (
        buckets, owner, continuation_token, prefix)
        pages(continuation_token, continuation_token: buckets);
    list_multipart_uploads ListMultipartUploads(bucket; delimiter, encoding_type, key_marker,
        max_uploads, prefix, upload_id_marker, expected_bucket_owner, request_payer) -> (
        bucket, key_marker, upload_id_marker, next_key_marker, prefix, delimiter,
        next_upload_id_marker, max_uploads, is_truncated, uploads, common_prefixes, encoding_type,
        request_charged)
        pages(key_marker, next_key_marker: uploads; upload_id_marker, next_upload_id_marker);
    list_object_versions ListObjectVersions(bucket; delimiter, encoding_type, key_marker, max_keys,
        prefix, version_id_marker, expected_bucket_owner, request_payer, optional_object_attributes)
        -> (
        is_truncated, key_marker, version_id_marker, next_key_marker, next_version_id_marker,
        versions, delete_markers, name, prefix, delimiter, max_keys, common_prefixes,
        encoding_type, request_charged)
        pages(key_marker, next_key_marker: versions, delete_markers; version_id_marker, next_version_id_marker);
    list_objects_v2 ListObjectsV2(bucket; delimiter, encoding_type, max_keys, prefix,
        continuation_token, fetch_owner, start_after, request_payer, expected_bucket_owner,
        optional_object_attributes) -> (
        is_truncated, contents, name, prefix, delimiter, max_keys, common_prefixes, encoding_type,
        key_count, continuation_token, next_continuation_token, start_after, request_charged)
        pages(continuation_token, next_continuation_token: contents);
    list_parts ListParts(bucket, key, upload_id; max_parts, part_number_marker, request_payer,
        expected_bucket_owner, sse_customer_algorithm, sse_customer_key, sse_customer_key_md5) -> (
        abort_date, abort_rule_id, bucket, key, upload_id, part_number_marker,
        next_part_number_marker, max_parts, is_truncated, parts, initiator, owner, storage_class,
        request_charged, checksum_algorithm, checksum_type)
        pages(part_number_marker, next_part_number_marker: parts) secret(sse_customer_key);
    put_bucket_abac PutBucketAbac(bucket, abac_status; content_md5, checksum_algorithm,
        expected_bucket_owner) -> ();
    put_bucket_accelerate_configuration PutBucketAccelerateConfiguration(bucket,
        accelerate_configuration; expected_bucket_owner, checksum_algorithm) -> ();
    put_bucket_acl PutBucketAcl(bucket; acl, access_control_policy, content_md5,
        checksum_algorithm, grant_full_control, grant_read, grant_read_acp, grant_write,
        grant_write_acp, expected_bucket_owner) -> ();
    put_bucket_analytics_configuration PutBucketAnalyticsConfiguration(bucket, id,
        analytics_configuration; expected_bucket_owner) -> ();
    put_bucket_cors PutBucketCors(bucket, cors_configuration; content_md5, checksum_algorithm,
        expected_bucket_owner) -> ();
    put_bucket_encryption PutBucketEncryption(bucket, server_side_encryption_configuration;
        content_md5, checksum_algorithm, expected_bucket_owner) -> ();
    put_bucket_intelligent_tiering_configuration PutBucketIntelligentTieringConfiguration(bucket,
        id, intelligent_tiering_configuration; expected_bucket_owner) -> ();
    put_bucket_inventory_configuration PutBucketInventoryConfiguration(bucket, id,
        inventory_configuration; expected_bucket_owner) -> ();
    put_bucket_lifecycle_configuration PutBucketLifecycleConfiguration(bucket; checksum_algorithm,
        lifecycle_configuration, expected_bucket_owner, transition_default_minimum_object_size) -> (
        transition_default_minimum_object_size);
    put_bucket_logging PutBucketLogging(bucket, bucket_logging_status; content_md5,
        checksum_algorithm, expected_bucket_owner) -> ();
    put_bucket_metrics_configuration PutBucketMetricsConfiguration(bucket, id,
        metrics_configuration; expected_bucket_owner) -> ();
    put_bucket_notification_configuration PutBucketNotificationConfiguration(bucket,
        notification_configuration; expected_bucket_owner, skip_destination_validation) -> ();
    put_bucket_ownership_controls PutBucketOwnershipControls(bucket, ownership_controls;
        content_md5, expected_bucket_owner, checksum_algorithm) -> ();
    put_bucket_policy PutBucketPolicy(bucket, policy; content_md5, checksum_algorithm,
        confirm_remove_self_bucket_access, expected_bucket_owner) -> ();
    put_bucket_replication PutBucketReplication(bucket, replication_configuration; content_md5,
        checksum_algorithm, token, expected_bucket_owner) -> ();
    put_bucket_request_payment PutBucketRequestPayment(bucket, request_payment_configuration;
        content_md5, checksum_algorithm, expected_bucket_owner) -> ();
    put_bucket_tagging PutBucketTagging(bucket, tagging; content_md5, checksum_algorithm,
        expected_bucket_owner) -> ();
    put_bucket_versioning PutBucketVersioning(bucket, versioning_configuration; content_md5,
        checksum_algorithm, mfa, expected_bucket_owner) -> ();
    put_bucket_website PutBucketWebsite(bucket, website_configuration; content_md5,
        checksum_algorithm, expected_bucket_owner) -> ();
    put_object PutObject(bucket, key; acl, body, cache_control, content_disposition,
        content_encoding, content_language, content_length, content_md5, content_type,
        checksum_algorithm, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1,
        checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3,
        checksum_xxhash128, expires, if_match, if_none_match, grant_full_control, grant_read,
        grant_read_acp, grant_write_acp, write_offset_bytes, metadata, server_side_encryption,
        storage_class, website_redirect_location, sse_customer_algorithm, sse_customer_key,
        sse_customer_key_md5, ssekms_key_id, ssekms_encryption_context, bucket_key_enabled,
        request_payer, tagging, object_lock_mode, object_lock_retain_until_date,
        object_lock_legal_hold_status, object_lock_event_hold,
        object_lock_event_hold_duration_days, object_lock_event_hold_duration_years,
        expected_bucket_owner) -> (
        expiration, e_tag, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1,
        checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3,
        checksum_xxhash128, checksum_type, server_side_encryption, version_id,
        sse_customer_algorithm, sse_customer_key_md5, ssekms_key_id, ssekms_encryption_context,
        bucket_key_enabled, size, request_charged) secret(sse_customer_key);
    put_object_acl PutObjectAcl(bucket, key; acl, access_control_policy, content_md5,
        checksum_algorithm, grant_full_control, grant_read, grant_read_acp, grant_write,
        grant_write_acp, request_payer, version_id, expected_bucket_owner) -> (request_charged);
    put_object_legal_hold PutObjectLegalHold(bucket, key; legal_hold, request_payer, version_id,
        content_md5, checksum_algorithm, expected_bucket_owner) -> (request_charged);
    put_object_lock_configuration PutObjectLockConfiguration(bucket; object_lock_configuration,
        request_payer, token, content_md5, checksum_algorithm, expected_bucket_owner) -> (
        request_charged);
    put_object_retention PutObjectRetention(bucket, key; retention, request_payer, version_id,
        bypass_governance_retention, content_md5, checksum_algorithm, expected_bucket_owner) -> (
        request_charged);
    put_object_tagging PutObjectTagging(bucket, key, tagging; version_id, content_md5,
        checksum_algorithm, expected_bucket_owner, request_payer) -> (version_id);
    put_public_access_block PutPublicAccessBlock(bucket, public_access_block_configuration;
        content_md5, checksum_algorithm, expected_bucket_owner) -> ();
    restore_object RestoreObject(bucket, key; version_id, restore_request, request_payer,
        checksum_algorithm, expected_bucket_owner) -> (request_charged, restore_output_path);
    upload_part UploadPart(bucket, key, part_number, upload_id; body, content_length, content_md5,
        checksum_algorithm, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1,
        checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3,
        checksum_xxhash128, sse_customer_algorithm, sse_customer_key, sse_customer_key_md5,
        request_payer, expected_bucket_owner) -> (
        server_side_encryption, e_tag, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme,
        checksum_sha1, checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64,
        checksum_xxhash3, checksum_xxhash128, sse_customer_algorithm, sse_customer_key_md5,
        ssekms_key_id, bucket_key_enabled, request_charged) secret(sse_customer_key);
    upload_part_copy UploadPartCopy(bucket, copy_source, key, part_number, upload_id;
        copy_source_if_match, copy_source_if_modified_since, copy_source_if_none_match,
        copy_source_if_unmodified_since, copy_source_range, sse_customer_algorithm,
        sse_customer_key, sse_customer_key_md5, copy_source_sse_customer_algorithm,
        copy_source_sse_customer_key, copy_source_sse_customer_key_md5, request_payer,
        expected_bucket_owner, expected_source_bucket_owner) -> (
        copy_source_version_id, copy_part_result, server_side_encryption, sse_customer_algorithm,
        sse_customer_key_md5, ssekms_key_id, bucket_key_enabled, request_charged)
        secret(copy_source_sse_customer_key, sse_customer_key);
}

structures_both! {
    AbacStatus(; status);
    AbortIncompleteMultipartUpload(; days_after_initiation);
    AccessControlTranslation(owner;);
    AnalyticsAndOperator(; prefix, tags);
    AnalyticsConfiguration(id, storage_class_analysis; filter);
    AnalyticsExportDestination(s3_bucket_destination;);
    AnalyticsS3BucketDestination(format, bucket; bucket_account_id, prefix);
    BlockedEncryptionTypes(; encryption_type);
    Condition(; http_error_code_returned_equals, key_prefix_equals);
    CorsRule(allowed_methods, allowed_origins; id, allowed_headers, expose_headers, max_age_seconds);
    DefaultRetention(; mode, days, years, default_event_hold);
    DeleteMarkerReplication(; status);
    Destination(bucket; account, storage_class, access_control_translation,
        encryption_configuration, replication_time, metrics);
    EncryptionConfiguration(; replica_kms_key_id);
    ErrorDocument(key;);
    EventBridgeConfiguration(;);
    EventHoldDuration(; days, years);
    ExistingObjectReplication(status;);
    FilterRule(; name, value);
    Grant(; grantee, permission);
    Grantee(r#type; display_name, email_address, id, uri);
    IndexDocument(suffix;);
    IntelligentTieringAndOperator(; prefix, tags);
    IntelligentTieringConfiguration(id, status, tierings; filter);
    IntelligentTieringFilter(; prefix, tag, and);
    InventoryConfiguration(destination, is_enabled, id, included_object_versions, schedule; filter,
        optional_fields);
    InventoryDestination(s3_bucket_destination;);
    InventoryEncryption(; sses3, ssekms);
    InventoryFilter(prefix;);
    InventoryS3BucketDestination(bucket, format; account_id, prefix, encryption);
    InventorySchedule(frequency;);
    LambdaFunctionConfiguration(lambda_function_arn, events; id, filter);
    LifecycleExpiration(; date, days, expired_object_delete_marker);
    LifecycleRule(status; expiration, id, prefix, filter, transitions,
        noncurrent_version_transitions, noncurrent_version_expiration,
        abort_incomplete_multipart_upload);
    LifecycleRuleAndOperator(; prefix, tags, object_size_greater_than, object_size_less_than);
    LifecycleRuleFilter(; prefix, tag, object_size_greater_than, object_size_less_than, and);
    LoggingEnabled(target_bucket, target_prefix; target_grants, target_object_key_format);
    Metrics(status; event_threshold);
    MetricsAndOperator(; prefix, tags, access_point_arn);
    MetricsConfiguration(id; filter);
    NoncurrentVersionExpiration(; noncurrent_days, newer_noncurrent_versions);
    NoncurrentVersionTransition(; noncurrent_days, storage_class, newer_noncurrent_versions);
    NotificationConfigurationFilter(; key);
    ObjectLockConfiguration(; object_lock_enabled, rule);
    ObjectLockLegalHold(; status);
    ObjectLockRetention(; mode, retain_until_date, event_hold, event_hold_duration);
    ObjectLockRule(; default_retention);
    Owner(; display_name, id);
    OwnershipControls(rules;);
    OwnershipControlsRule(object_ownership;);
    PartitionedPrefix(; partition_date_source);
    PublicAccessBlockConfiguration(; block_public_acls, ignore_public_acls, block_public_policy,
        restrict_public_buckets);
    QueueConfiguration(queue_arn, events; id, filter);
    Redirect(; host_name, http_redirect_code, protocol, replace_key_prefix_with, replace_key_with);
    RedirectAllRequestsTo(host_name; protocol);
    ReplicaModifications(status;);
    ReplicationConfiguration(role, rules;);
    ReplicationRule(status, destination; id, priority, prefix, filter, source_selection_criteria,
        existing_object_replication, delete_marker_replication);
    ReplicationRuleAndOperator(; prefix, tags);
    ReplicationRuleFilter(; prefix, tag, and);
    ReplicationTime(status, time;);
    ReplicationTimeValue(; minutes);
    RoutingRule(redirect; condition);
    S3KeyFilter(; filter_rules);
    ServerSideEncryptionByDefault(sse_algorithm; kms_master_key_id);
    ServerSideEncryptionConfiguration(rules;);
    ServerSideEncryptionRule(; apply_server_side_encryption_by_default, bucket_key_enabled,
        blocked_encryption_types);
    SimplePrefix(;);
    SourceSelectionCriteria(; sse_kms_encrypted_objects, replica_modifications);
    SseKmsEncryptedObjects(status;);
    Ssekms(key_id;);
    Sses3(;);
    StorageClassAnalysis(; data_export);
    StorageClassAnalysisDataExport(output_schema_version, destination;);
    Tag(key, value;);
    TargetGrant(; grantee, permission);
    TargetObjectKeyFormat(; simple_prefix, partitioned_prefix);
    Tiering(days, access_tier;);
    TopicConfiguration(topic_arn, events; id, filter);
    Transition(; date, days, storage_class);
}

structures_in! {
    AccelerateConfiguration(; status);
    AccessControlPolicy(; grants, owner);
    BucketInfo(; data_redundancy, r#type);
    BucketLifecycleConfiguration(rules;);
    BucketLoggingStatus(; logging_enabled);
    CompletedMultipartUpload(; parts);
    CompletedPart(; e_tag, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1,
        checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3,
        checksum_xxhash128, part_number);
    CorsConfiguration(cors_rules;);
    CreateBucketConfiguration(; location_constraint, location, bucket, tags);
    CsvInput(; file_header_info, comments, quote_escape_character, record_delimiter,
        field_delimiter, quote_character, allow_quoted_record_delimiter);
    CsvOutput(; quote_fields, quote_escape_character, record_delimiter, field_delimiter,
        quote_character);
    Delete(objects; quiet);
    Encryption(encryption_type; kms_key_id, kms_context);
    GlacierJobParameters(tier;);
    InputSerialization(; csv, compression_type, json, parquet);
    JsonInput(; r#type);
    JsonOutput(; record_delimiter);
    LocationInfo(; r#type, name);
    MetadataEntry(; name, value);
    NotificationConfiguration(; topic_configurations, queue_configurations,
        lambda_function_configurations, event_bridge_configuration);
    ObjectIdentifier(key; version_id, e_tag, last_modified_time, size);
    OutputLocation(; s3);
    OutputSerialization(; csv, json);
    ParquetInput(;);
    RequestPaymentConfiguration(payer;);
    RestoreRequest(; days, glacier_job_parameters, r#type, tier, description, select_parameters,
        output_location);
    S3Location(bucket_name, prefix; encryption, canned_acl, access_control_list, tagging,
        user_metadata, storage_class);
    SelectParameters(input_serialization, expression_type, expression, output_serialization;);
    Tagging(tag_set;);
    VersioningConfiguration(; mfa_delete, status);
    WebsiteConfiguration(; error_document, index_document, redirect_all_requests_to, routing_rules);
}

structures_out! {
    Bucket(; name, creation_date, bucket_region, bucket_arn);
    Checksum(; checksum_crc32, checksum_crc32_c, checksum_crc64_nvme, checksum_sha1,
        checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64, checksum_xxhash3,
        checksum_xxhash128, checksum_type);
    CommonPrefix(; prefix);
    CopyObjectResult(; e_tag, last_modified, checksum_type, checksum_crc32, checksum_crc32_c,
        checksum_crc64_nvme, checksum_sha1, checksum_sha256, checksum_sha512, checksum_md5,
        checksum_xxhash64, checksum_xxhash3, checksum_xxhash128);
    CopyPartResult(; e_tag, last_modified, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme,
        checksum_sha1, checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64,
        checksum_xxhash3, checksum_xxhash128);
    DeleteMarkerEntry(; owner, key, version_id, is_latest, last_modified);
    DeletedObject(; key, version_id, delete_marker, delete_marker_version_id);
    Error(; key, version_id, code, message);
    GetObjectAttributesParts(; total_parts_count, part_number_marker, next_part_number_marker,
        max_parts, is_truncated, parts);
    Initiator(; id, display_name);
    MultipartUpload(; upload_id, key, initiated, storage_class, owner, initiator,
        checksum_algorithm, checksum_type);
    Object(; key, last_modified, e_tag, checksum_algorithm, checksum_type, size, storage_class,
        owner, restore_status);
    ObjectPart(; part_number, size, checksum_crc32, checksum_crc32_c, checksum_crc64_nvme,
        checksum_sha1, checksum_sha256, checksum_sha512, checksum_md5, checksum_xxhash64,
        checksum_xxhash3, checksum_xxhash128);
    ObjectVersion(; e_tag, checksum_algorithm, checksum_type, size, storage_class, key, version_id,
        is_latest, last_modified, owner, restore_status);
    Part(; part_number, last_modified, e_tag, size, checksum_crc32, checksum_crc32_c,
        checksum_crc64_nvme, checksum_sha1, checksum_sha256, checksum_sha512, checksum_md5,
        checksum_xxhash64, checksum_xxhash3, checksum_xxhash128);
    PolicyStatus(; is_public);
    RestoreStatus(; is_restore_in_progress, restore_expiry_date);
}

enumerations! {
    AnalyticsS3ExportFileFormat, AnnotationDirective, ArchiveStatus, BucketAbacStatus,
    BucketAccelerateStatus, BucketCannedAcl, BucketLocationConstraint, BucketLogsPermission,
    BucketNamespace, BucketType, BucketVersioningStatus, ChecksumAlgorithm, ChecksumMode,
    ChecksumType, CompressionType, DataRedundancy, DeleteMarkerReplicationStatus, EncodingType,
    EncryptionType, Event, ExistingObjectReplicationStatus, ExpirationStatus, ExpressionType,
    FileHeaderInfo, FilterRuleName, IntelligentTieringAccessTier, IntelligentTieringStatus,
    InventoryFormat, InventoryFrequency, InventoryIncludedObjectVersions, InventoryOptionalField,
    JsonType, LocationType, MetadataDirective, MetricsStatus, MfaDelete, MfaDeleteStatus,
    ObjectAttributes, ObjectCannedAcl, ObjectLockEnabled, ObjectLockEventHold,
    ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetentionMode, ObjectOwnership,
    ObjectStorageClass, ObjectVersionStorageClass, OptionalObjectAttributes, OwnerOverride,
    PartitionDateSource, Payer, Permission, Protocol, QuoteFields, ReplicaModificationsStatus,
    ReplicationRuleStatus, ReplicationStatus, ReplicationTimeStatus, RequestCharged, RequestPayer,
    RestoreRequestType, ServerSideEncryption, SseKmsEncryptedObjectsStatus, StorageClass,
    StorageClassAnalysisSchemaVersion, TaggingDirective, Tier, TransitionDefaultMinimumObjectSize,
    TransitionStorageClass, Type
}

union_both! {
    AnalyticsFilter(And and, Prefix prefix, Tag tag);
}

union_both! {
    MetricsFilter(AccessPointArn access_point_arn, And and, Prefix prefix, Tag tag);
}

completeness! {
    AbacStatus, AbortIncompleteMultipartUpload, AccelerateConfiguration, AccessControlPolicy,
    AccessControlTranslation, AnalyticsAndOperator, AnalyticsConfiguration,
    AnalyticsExportDestination, AnalyticsS3BucketDestination, BlockedEncryptionTypes, Bucket,
    BucketInfo, BucketLifecycleConfiguration, BucketLoggingStatus, Checksum, CommonPrefix,
    CompletedMultipartUpload, CompletedPart, Condition, CopyObjectResult, CopyPartResult,
    CorsConfiguration, CorsRule, CreateBucketConfiguration, CsvInput, CsvOutput, DefaultRetention,
    Delete, DeleteMarkerEntry, DeleteMarkerReplication, DeletedObject, Destination, Encryption,
    EncryptionConfiguration, Error, ErrorDocument, EventBridgeConfiguration, EventHoldDuration,
    ExistingObjectReplication, FilterRule, GetObjectAttributesParts, GlacierJobParameters, Grant,
    Grantee, IndexDocument, Initiator, InputSerialization, IntelligentTieringAndOperator,
    IntelligentTieringConfiguration, IntelligentTieringFilter, InventoryConfiguration,
    InventoryDestination, InventoryEncryption, InventoryFilter, InventoryS3BucketDestination,
    InventorySchedule, JsonInput, JsonOutput, LambdaFunctionConfiguration, LifecycleExpiration,
    LifecycleRule, LifecycleRuleAndOperator, LifecycleRuleFilter, LocationInfo, LoggingEnabled,
    MetadataEntry, Metrics, MetricsAndOperator, MetricsConfiguration, MultipartUpload,
    NoncurrentVersionExpiration, NoncurrentVersionTransition, NotificationConfiguration,
    NotificationConfigurationFilter, Object, ObjectIdentifier, ObjectLockConfiguration,
    ObjectLockLegalHold, ObjectLockRetention, ObjectLockRule, ObjectPart, ObjectVersion,
    OutputLocation, OutputSerialization, Owner, OwnershipControls, OwnershipControlsRule,
    ParquetInput, Part, PartitionedPrefix, PolicyStatus, PublicAccessBlockConfiguration,
    QueueConfiguration, Redirect, RedirectAllRequestsTo, ReplicaModifications,
    ReplicationConfiguration, ReplicationRule, ReplicationRuleAndOperator, ReplicationRuleFilter,
    ReplicationTime, ReplicationTimeValue, RequestPaymentConfiguration, RestoreRequest,
    RestoreStatus, RoutingRule, S3KeyFilter, S3Location, SelectParameters,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    SimplePrefix, SourceSelectionCriteria, SseKmsEncryptedObjects, Ssekms, Sses3,
    StorageClassAnalysis, StorageClassAnalysisDataExport, Tag, Tagging, TargetGrant,
    TargetObjectKeyFormat, Tiering, TopicConfiguration, Transition, VersioningConfiguration,
    WebsiteConfiguration
}
