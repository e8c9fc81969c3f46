//! The table of `logs` (CloudWatch Logs): printed by `generate.py` from
//! aws-sdk-cloudwatchlogs 1.162.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_cloudwatchlogs as sdk;

use crate::shape::macros::*;

operations! {
    associate_kms_key AssociateKmsKey(kms_key_id; log_group_name, resource_identifier) -> ();
    create_log_group CreateLogGroup(log_group_name; kms_key_id, tags, log_group_class,
        deletion_protection_enabled) -> ();
    create_log_stream CreateLogStream(log_group_name, log_stream_name;) -> ();
    delete_log_group DeleteLogGroup(log_group_name;) -> ();
    delete_log_stream DeleteLogStream(log_group_name, log_stream_name;) -> ();
    delete_metric_filter DeleteMetricFilter(log_group_name, filter_name;) -> ();
    delete_resource_policy DeleteResourcePolicy(; policy_name, resource_arn, expected_revision_id)
        -> ();
    delete_retention_policy DeleteRetentionPolicy(log_group_name;) -> ();
    delete_subscription_filter DeleteSubscriptionFilter(log_group_name, filter_name;) -> ();
    describe_log_groups DescribeLogGroups(; account_identifiers, log_group_name_prefix,
        log_group_name_pattern, next_token, limit, include_linked_accounts, log_group_class,
        log_group_identifiers) -> (
        log_groups, next_token) pages(next_token, next_token: log_groups);
    describe_log_streams DescribeLogStreams(; log_group_name, log_group_identifier,
        log_stream_name_prefix, order_by, descending, next_token, limit) -> (
        log_streams, next_token) pages(next_token, next_token: log_streams);
    describe_metric_filters DescribeMetricFilters(; log_group_name, filter_name_prefix, next_token,
        limit, metric_name, metric_namespace) -> (
        metric_filters, next_token) pages(next_token, next_token: metric_filters);
    describe_queries DescribeQueries(; log_group_name, status, max_results, next_token,
        query_language) -> (queries, next_token) pages(next_token, next_token: queries);
    describe_resource_policies DescribeResourcePolicies(; next_token, limit, resource_arn,
        policy_scope) -> (
        resource_policies, next_token) pages(next_token, next_token: resource_policies);
    describe_subscription_filters DescribeSubscriptionFilters(log_group_name; filter_name_prefix,
        next_token, limit) -> (
        subscription_filters, next_token) pages(next_token, next_token: subscription_filters);
    disassociate_kms_key DisassociateKmsKey(; log_group_name, resource_identifier) -> ();
    filter_log_events FilterLogEvents(; log_group_name, log_group_identifier, log_stream_names,
        log_stream_name_prefix, start_time, end_time, filter_pattern, next_token, limit,
        start_from_head, interleaved, unmask) -> (
        events, searched_log_streams, next_token) pages(next_token, next_token: events);
    get_log_events GetLogEvents(log_stream_name; log_group_name, log_group_identifier, start_time,
        end_time, next_token, limit, start_from_head, unmask) -> (
        events, next_forward_token, next_backward_token)
        pages(next_token, next_forward_token: events);
    get_query_results GetQueryResults(query_id; next_token, max_items) -> (
        query_language, results, statistics, status, encryption_key, next_token);
    list_tags_for_resource ListTagsForResource(resource_arn;) -> (tags);
    put_log_events PutLogEvents(log_group_name, log_stream_name, log_events; sequence_token, entity)
        -> (next_sequence_token, rejected_log_events_info, rejected_entity_info);
    put_metric_filter PutMetricFilter(log_group_name, filter_name, filter_pattern,
        metric_transformations; apply_on_transformed_logs, field_selection_criteria,
        emit_system_field_dimensions) -> ();
    put_resource_policy PutResourcePolicy(; policy_name, policy_document, resource_arn,
        expected_revision_id) -> (resource_policy, revision_id);
    put_retention_policy PutRetentionPolicy(log_group_name, retention_in_days;) -> ();
    put_subscription_filter PutSubscriptionFilter(log_group_name, filter_name, filter_pattern,
        destination_arn; role_arn, distribution, apply_on_transformed_logs,
        field_selection_criteria, emit_system_fields) -> ();
    start_query StartQuery(start_time, end_time, query_string; query_language, log_group_name,
        log_group_names, log_group_identifiers, limit) -> (query_id);
    stop_query StopQuery(query_id;) -> (success);
    tag_resource TagResource(resource_arn, tags;) -> ();
    test_metric_filter TestMetricFilter(filter_pattern, log_event_messages;) -> (matches);
    untag_resource UntagResource(resource_arn, tag_keys;) -> ();
}

structures_both! {
    MetricTransformation(metric_name, metric_namespace, metric_value; default_value, dimensions,
        unit);
}

structures_in! {
    Entity(; key_attributes, attributes);
    InputLogEvent(timestamp, message;);
}

structures_out! {
    FilteredLogEvent(; log_stream_name, timestamp, message, ingestion_time, event_id);
    LogGroup(; log_group_name, creation_time, retention_in_days, metric_filter_count, arn,
        stored_bytes, kms_key_id, data_protection_status, inherited_properties, log_group_class,
        log_group_arn, deletion_protection_enabled, bearer_token_authentication_enabled,
        retention_policy_name);
    LogStream(; log_stream_name, creation_time, first_event_timestamp, last_event_timestamp,
        last_ingestion_time, upload_sequence_token, arn, stored_bytes);
    MetricFilter(; filter_name, filter_pattern, metric_transformations, creation_time,
        log_group_name, apply_on_transformed_logs, field_selection_criteria,
        emit_system_field_dimensions);
    MetricFilterMatchRecord(; event_number, event_message, extracted_values);
    OutputLogEvent(; timestamp, message, ingestion_time);
    QueryInfo(; query_language, query_id, query_string, status, create_time, log_group_name,
        query_duration, bytes_scanned, user_identity);
    QueryStatistics(; records_matched, records_scanned, estimated_records_skipped, bytes_scanned,
        estimated_bytes_skipped, log_groups_scanned, result_count);
    RejectedEntityInfo(error_type;);
    RejectedLogEventsInfo(; too_new_log_event_start_index, too_old_log_event_end_index,
        expired_log_event_end_index);
    ResourcePolicy(; policy_name, policy_document, last_updated_time, policy_scope, resource_arn,
        revision_id);
    ResultField(; field, value);
    SearchedLogStream(; log_stream_name, searched_completely);
    SubscriptionFilter(; filter_name, log_group_name, filter_pattern, destination_arn, role_arn,
        distribution, apply_on_transformed_logs, creation_time, field_selection_criteria,
        emit_system_fields);
}

enumerations! {
    DataProtectionStatus, Distribution, EntityRejectionErrorType, InheritedProperty, LogGroupClass,
    OrderBy, PolicyScope, QueryLanguage, QueryStatus, StandardUnit
}

completeness! {
    Entity, FilteredLogEvent, InputLogEvent, LogGroup, LogStream, MetricFilter,
    MetricFilterMatchRecord, MetricTransformation, OutputLogEvent, QueryInfo, QueryStatistics,
    RejectedEntityInfo, RejectedLogEventsInfo, ResourcePolicy, ResultField, SearchedLogStream,
    SubscriptionFilter
}
