//! The table of `cloudwatch` (CloudWatch alarms, metrics, dashboards): printed by `generate.py` from
//! aws-sdk-cloudwatch 1.140.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_cloudwatch as sdk;

use crate::shape::macros::*;

operations! {
    delete_alarms DeleteAlarms(alarm_names;) -> ();
    delete_anomaly_detector DeleteAnomalyDetector(; anomaly_detector_id, namespace, metric_name,
        dimensions, stat, single_metric_anomaly_detector, metric_math_anomaly_detector) -> ();
    delete_dashboards DeleteDashboards(dashboard_names;) -> ();
    describe_alarm_history DescribeAlarmHistory(; alarm_name, alarm_contributor_id, alarm_types,
        history_item_type, start_date, end_date, max_records, next_token, scan_by) -> (
        alarm_history_items, next_token) pages(next_token, next_token: alarm_history_items);
    describe_alarms DescribeAlarms(; alarm_names, alarm_name_prefix, alarm_types,
        children_of_alarm_name, parents_of_alarm_name, state_value, action_prefix, max_records,
        next_token) -> (
        composite_alarms, metric_alarms, log_alarms, next_token)
        pages(next_token, next_token: metric_alarms, composite_alarms);
    describe_alarms_for_metric DescribeAlarmsForMetric(metric_name, namespace; statistic,
        extended_statistic, dimensions, period, unit) -> (metric_alarms);
    describe_anomaly_detectors DescribeAnomalyDetectors(; anomaly_detector_ids, next_token,
        max_results, namespace, metric_name, dimensions, anomaly_detector_types) -> (
        anomaly_detectors, next_token) pages(next_token, next_token: anomaly_detectors);
    disable_alarm_actions DisableAlarmActions(alarm_names;) -> ();
    enable_alarm_actions EnableAlarmActions(alarm_names;) -> ();
    get_dashboard GetDashboard(dashboard_name;) -> (
        dashboard_arn, dashboard_body, dashboard_name);
    get_metric_data GetMetricData(metric_data_queries, start_time, end_time; next_token, scan_by,
        max_datapoints, label_options) -> (
        metric_data_results, next_token, messages)
        pages(next_token, next_token: metric_data_results);
    get_metric_statistics GetMetricStatistics(namespace, metric_name, start_time, end_time, period;
        dimensions, statistics, extended_statistics, unit) -> (label, datapoints);
    get_metric_widget_image GetMetricWidgetImage(metric_widget; output_format) -> (
        metric_widget_image);
    list_dashboards ListDashboards(; dashboard_name_prefix, next_token) -> (
        dashboard_entries, next_token) pages(next_token, next_token: dashboard_entries);
    list_metrics ListMetrics(; namespace, metric_name, dimensions, next_token, recently_active,
        include_linked_accounts, owning_account) -> (
        metrics, next_token, owning_accounts) pages(next_token, next_token: metrics);
    list_tags_for_resource ListTagsForResource(resource_arn;) -> (tags);
    put_anomaly_detector PutAnomalyDetector(; namespace, metric_name, dimensions, stat,
        configuration, metric_characteristics, single_metric_anomaly_detector,
        metric_math_anomaly_detector) -> (anomaly_detector_id);
    put_composite_alarm PutCompositeAlarm(alarm_name, alarm_rule; actions_enabled, alarm_actions,
        alarm_description, insufficient_data_actions, ok_actions, tags, actions_suppressor,
        actions_suppressor_wait_period, actions_suppressor_extension_period, action_configuration)
        -> ();
    put_dashboard PutDashboard(dashboard_name, dashboard_body; tags) -> (
        dashboard_validation_messages);
    put_metric_alarm PutMetricAlarm(alarm_name; alarm_description, actions_enabled, ok_actions,
        alarm_actions, insufficient_data_actions, metric_name, namespace, statistic,
        extended_statistic, dimensions, period, unit, evaluation_periods, datapoints_to_alarm,
        threshold, comparison_operator, treat_missing_data, evaluate_low_sample_count_percentile,
        metrics, tags, threshold_metric_id, evaluation_window, warm_up_configuration,
        evaluation_criteria, evaluation_interval, action_configuration) -> ();
    put_metric_data PutMetricData(namespace; metric_data, entity_metric_data,
        strict_entity_validation) -> ();
    set_alarm_state SetAlarmState(alarm_name, state_value, state_reason; state_reason_data) -> ();
    tag_resource TagResource(resource_arn, tags;) -> ();
    untag_resource UntagResource(resource_arn, tag_keys;) -> ();
}

structures_both! {
    ActionConfiguration(; alarm_tags_propagation);
    AlarmPromQlCriteria(query; pending_period, recovery_period);
    AlarmTagsPropagation(enabled; included_tag_keys, excluded_tag_keys);
    AnomalyDetectorConfiguration(; excluded_time_ranges, metric_timezone, adaptation_speed,
        outlier_filtering_strength);
    Dimension(name, value;);
    Metric(; namespace, metric_name, dimensions);
    MetricCharacteristics(; periodic_spikes);
    MetricDataQuery(id; metric_stat, expression, label, return_data, period, account_id);
    MetricMathAnomalyDetector(; metric_data_queries);
    MetricStat(metric, period, stat; unit);
    Range(start_time, end_time;);
    SingleMetricAnomalyDetector(; account_id, namespace, metric_name, dimensions, stat);
    SlidingWindow(;);
    Tag(key, value;);
    WallClockWindow(; timezone);
    WarmUpConfiguration(warm_up_period_duration_in_minutes;
        only_start_evaluating_after_warm_up_period_ends);
}

structures_in! {
    DimensionFilter(name; value);
    Entity(; key_attributes, attributes);
    EntityMetricData(; entity, metric_data);
    LabelOptions(; timezone);
    MetricDatum(metric_name; dimensions, timestamp, value, statistic_values, values, counts, unit,
        storage_resolution);
    StatisticSet(sample_count, sum, minimum, maximum;);
}

structures_out! {
    AlarmHistoryItem(; alarm_name, alarm_contributor_id, alarm_type, timestamp, history_item_type,
        history_summary, history_data, alarm_contributor_attributes);
    AnomalyDetector(; anomaly_detector_id, namespace, metric_name, dimensions, stat, configuration,
        state_value, metric_characteristics, single_metric_anomaly_detector,
        metric_math_anomaly_detector);
    CompositeAlarm(; actions_enabled, alarm_actions, alarm_arn,
        alarm_configuration_updated_timestamp, alarm_description, alarm_name, alarm_rule,
        insufficient_data_actions, ok_actions, state_reason, state_reason_data,
        state_updated_timestamp, state_value, state_transitioned_timestamp, actions_suppressed_by,
        actions_suppressed_reason, actions_suppressor, actions_suppressor_wait_period,
        actions_suppressor_extension_period, action_configuration);
    DashboardEntry(; dashboard_name, dashboard_arn, last_modified, size);
    DashboardValidationMessage(; data_path, message);
    Datapoint(; timestamp, sample_count, average, sum, minimum, maximum, unit, extended_statistics);
    LogAlarm(; alarm_name, alarm_arn, alarm_description, alarm_configuration_updated_timestamp,
        actions_enabled, ok_actions, alarm_actions, insufficient_data_actions, state_value,
        state_reason, state_reason_data, state_updated_timestamp, scheduled_query_configuration,
        query_results_to_evaluate, query_results_to_alarm, threshold, comparison_operator,
        treat_missing_data, state_transitioned_timestamp, evaluation_state, action_log_line_count,
        action_log_line_role_arn, warm_up_configuration, action_configuration);
    MessageData(; code, value);
    MetricAlarm(; alarm_name, alarm_arn, alarm_description, alarm_configuration_updated_timestamp,
        actions_enabled, ok_actions, alarm_actions, insufficient_data_actions, state_value,
        state_reason, state_reason_data, state_updated_timestamp, metric_name, namespace,
        statistic, extended_statistic, dimensions, period, unit, evaluation_periods,
        datapoints_to_alarm, threshold, comparison_operator, treat_missing_data,
        evaluate_low_sample_count_percentile, metrics, threshold_metric_id, evaluation_state,
        state_transitioned_timestamp, evaluation_window, warm_up_configuration,
        evaluation_criteria, evaluation_interval, action_configuration);
    MetricDataResult(; id, label, timestamps, values, status_code, messages);
    ScheduleConfiguration(schedule_expression, start_time_offset; end_time_offset);
    ScheduledQueryConfiguration(query_string, scheduled_query_role_arn, schedule_configuration,
        aggregation_expression; log_group_identifiers, query_arn, tags);
}

enumerations! {
    ActionsSuppressedBy, AlarmType, AnomalyDetectorAdaptationSpeed,
    AnomalyDetectorOutlierFilteringStrength, AnomalyDetectorStateValue, AnomalyDetectorType,
    ComparisonOperator, EvaluationState, HistoryItemType, RecentlyActive, ScanBy, StandardUnit,
    StateValue, Statistic, StatusCode
}

union_both! {
    EvaluationCriteria(PromQlCriteria prom_ql_criteria);
}

union_both! {
    EvaluationWindow(SlidingWindow sliding_window, WallClockWindow wall_clock_window);
}

completeness! {
    ActionConfiguration, AlarmHistoryItem, AlarmPromQlCriteria, AlarmTagsPropagation,
    AnomalyDetector, AnomalyDetectorConfiguration, CompositeAlarm, DashboardEntry,
    DashboardValidationMessage, Datapoint, Dimension, DimensionFilter, Entity, EntityMetricData,
    LabelOptions, LogAlarm, MessageData, Metric, MetricAlarm, MetricCharacteristics,
    MetricDataQuery, MetricDataResult, MetricDatum, MetricMathAnomalyDetector, MetricStat, Range,
    ScheduleConfiguration, ScheduledQueryConfiguration, SingleMetricAnomalyDetector, SlidingWindow,
    StatisticSet, Tag, WallClockWindow, WarmUpConfiguration
}
