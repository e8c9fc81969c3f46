//! The table of `service_quotas` (Service Quotas): printed by `generate.py` from
//! aws-sdk-servicequotas 1.121.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_servicequotas as sdk;

use crate::shape::macros::*;

operations! {
    get_aws_default_service_quota GetAwsDefaultServiceQuota(service_code, quota_code;) -> (quota);
    get_requested_service_quota_change GetRequestedServiceQuotaChange(request_id;) -> (
        requested_quota);
    get_service_quota GetServiceQuota(service_code, quota_code; context_id) -> (quota);
    list_aws_default_service_quotas ListAwsDefaultServiceQuotas(service_code; next_token,
        max_results) -> (next_token, quotas) pages(next_token, next_token: quotas);
    list_requested_service_quota_change_history ListRequestedServiceQuotaChangeHistory(;
        service_code, status, next_token, max_results, quota_requested_at_level) -> (
        next_token, requested_quotas) pages(next_token, next_token: requested_quotas);
    list_requested_service_quota_change_history_by_quota ListRequestedServiceQuotaChangeHistoryByQuota(
        service_code, quota_code; status, next_token, max_results, quota_requested_at_level) -> (
        next_token, requested_quotas) pages(next_token, next_token: requested_quotas);
    list_service_quotas ListServiceQuotas(service_code; next_token, max_results, quota_code,
        quota_applied_at_level) -> (next_token, quotas) pages(next_token, next_token: quotas);
    list_services ListServices(; next_token, max_results) -> (
        next_token, services) pages(next_token, next_token: services);
    list_tags_for_resource ListTagsForResource(resource_arn;) -> (tags);
}

structures_out! {
    ErrorReason(; error_code, error_message);
    MetricInfo(; metric_namespace, metric_name, metric_dimensions, metric_statistic_recommendation);
    QuotaContextInfo(; context_scope, context_scope_type, context_id, adjustable_at_level);
    QuotaPeriod(; period_value, period_unit);
    RequestedServiceQuotaChange(; id, request_type, case_id, service_code, service_name,
        quota_code, quota_name, desired_value, status, created, last_updated, requester, quota_arn,
        global_quota, unit, quota_requested_at_level, quota_context);
    ServiceInfo(; service_code, service_name);
    ServiceQuota(; service_code, service_name, quota_arn, quota_code, quota_name, value, unit,
        adjustable, global_quota, usage_metric, period, error_reason, quota_applied_at_level,
        quota_context, description);
    Tag(key, value;);
}

enumerations! {
    AdjustableAtLevelEnum, AppliedLevelEnum, ErrorCode, PeriodUnit, QuotaContextScope,
    RequestStatus, RequestType
}

completeness! {
    ErrorReason, MetricInfo, QuotaContextInfo, QuotaPeriod, RequestedServiceQuotaChange,
    ServiceInfo, ServiceQuota, Tag
}
