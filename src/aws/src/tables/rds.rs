//! The table of `rds` (Relational Database Service: what a migration reads of its databases): printed by `generate.py` from
//! aws-sdk-rds 1.159.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_rds as sdk;

use crate::shape::macros::*;

operations! {
    describe_db_cluster_parameter_groups DescribeDbClusterParameterGroups(;
        db_cluster_parameter_group_name, filters, max_records, marker) -> (
        marker, db_cluster_parameter_groups) pages(marker, marker: db_cluster_parameter_groups);
    describe_db_cluster_parameters DescribeDbClusterParameters(db_cluster_parameter_group_name;
        source, filters, max_records, marker) -> (
        parameters, marker) pages(marker, marker: parameters);
    describe_db_clusters DescribeDbClusters(; db_cluster_identifier, filters, max_records, marker,
        include_shared) -> (marker, db_clusters) pages(marker, marker: db_clusters);
    describe_db_instances DescribeDbInstances(; db_instance_identifier, filters, max_records,
        marker) -> (marker, db_instances) pages(marker, marker: db_instances);
    describe_db_parameter_groups DescribeDbParameterGroups(; db_parameter_group_name, filters,
        max_records, marker) -> (
        marker, db_parameter_groups) pages(marker, marker: db_parameter_groups);
    describe_db_parameters DescribeDbParameters(db_parameter_group_name; source, filters,
        max_records, marker) -> (parameters, marker) pages(marker, marker: parameters);
    describe_db_subnet_groups DescribeDbSubnetGroups(; db_subnet_group_name, filters, max_records,
        marker) -> (marker, db_subnet_groups) pages(marker, marker: db_subnet_groups);
}

structures_in! {
    Filter(name, values;);
}

structures_out! {
    AdditionalStorageVolume(volume_name; allocated_storage, iops, max_allocated_storage,
        storage_throughput, storage_type);
    AdditionalStorageVolumeOutput(; volume_name, storage_volume_status, storage_operation_status,
        storage_operation_percent_progress, allocated_storage, iops, max_allocated_storage,
        storage_throughput, storage_type);
    AvailabilityZone(; name);
    CertificateDetails(; ca_identifier, valid_till);
    ClusterPendingModifiedValues(; pending_cloudwatch_logs_exports, db_cluster_identifier,
        master_user_password, iam_database_authentication_enabled, engine_version,
        backup_retention_period, storage_type, allocated_storage, rds_custom_cluster_configuration,
        iops, certificate_details) secret(master_user_password);
    DbCluster(; allocated_storage, availability_zones, backup_retention_period, character_set_name,
        database_name, db_cluster_identifier, db_cluster_parameter_group, db_subnet_group, status,
        percent_progress, earliest_restorable_time, endpoint, reader_endpoint, custom_endpoints,
        multi_az, engine, engine_version, latest_restorable_time, port, master_username,
        db_cluster_option_group_memberships, preferred_backup_window, preferred_maintenance_window,
        upgrade_rollout_order, replication_source_identifier, read_replica_identifiers,
        status_infos, db_cluster_members, vpc_security_groups, hosted_zone_id, storage_encrypted,
        storage_encryption_type, kms_key_id, db_cluster_resource_id, db_cluster_arn,
        associated_roles, iam_database_authentication_enabled, clone_group_id, cluster_create_time,
        earliest_backtrack_time, backtrack_window, backtrack_consumed_change_records,
        enabled_cloudwatch_logs_exports, capacity, pending_modified_values, engine_mode,
        scaling_configuration_info, rds_custom_cluster_configuration, db_cluster_instance_class,
        storage_type, iops, storage_throughput, io_optimized_next_allowed_modification_time,
        publicly_accessible, auto_minor_version_upgrade, deletion_protection,
        http_endpoint_enabled, activity_stream_mode, activity_stream_status,
        activity_stream_kms_key_id, activity_stream_kinesis_stream_name, copy_tags_to_snapshot,
        cross_account_clone, domain_memberships, tag_list, global_cluster_identifier,
        global_write_forwarding_status, global_write_forwarding_requested, network_type,
        automatic_restart_time, serverless_v2_scaling_configuration,
        serverless_v2_platform_version, monitoring_interval, monitoring_role_arn,
        database_insights_mode, performance_insights_enabled, performance_insights_kms_key_id,
        performance_insights_retention_period, db_system_id, master_user_secret,
        local_write_forwarding_status, aws_backup_recovery_point_arn, limitless_database,
        cluster_scalability_type, certificate_details, engine_lifecycle_support,
        vpc_networking_enabled, internet_access_gateway_enabled);
    DbClusterMember(; db_instance_identifier, is_cluster_writer, db_cluster_parameter_group_status,
        promotion_tier);
    DbClusterOptionGroupStatus(; db_cluster_option_group_name, status);
    DbClusterParameterGroup(; db_cluster_parameter_group_name, db_parameter_group_family,
        description, db_cluster_parameter_group_arn);
    DbClusterRole(; role_arn, status, feature_name);
    DbClusterStatusInfo(; status_type, normal, status, message);
    DbInstance(; db_instance_identifier, db_instance_class, engine, db_instance_status,
        master_username, db_name, endpoint, allocated_storage, instance_create_time,
        preferred_backup_window, backup_retention_period, db_security_groups, vpc_security_groups,
        db_parameter_groups, availability_zone, db_subnet_group, preferred_maintenance_window,
        upgrade_rollout_order, pending_modified_values, latest_restorable_time, multi_az,
        engine_version, auto_minor_version_upgrade, read_replica_source_db_instance_identifier,
        read_replica_db_instance_identifiers, read_replica_db_cluster_identifiers, replica_mode,
        license_model, iops, storage_throughput, option_group_memberships, character_set_name,
        nchar_character_set_name, secondary_availability_zone, publicly_accessible, status_infos,
        storage_type, storage_encryption_type, tde_credential_arn, db_instance_port,
        db_cluster_identifier, storage_encrypted, kms_key_id, dbi_resource_id,
        ca_certificate_identifier, domain_memberships, copy_tags_to_snapshot, monitoring_interval,
        enhanced_monitoring_resource_arn, monitoring_role_arn, promotion_tier, db_instance_arn,
        timezone, iam_database_authentication_enabled, database_insights_mode,
        performance_insights_enabled, performance_insights_kms_key_id,
        performance_insights_retention_period, enabled_cloudwatch_logs_exports, processor_features,
        deletion_protection, associated_roles, listener_endpoint, max_allocated_storage, tag_list,
        automation_mode, resume_full_automation_mode_time, customer_owned_ip_enabled, network_type,
        activity_stream_status, activity_stream_kms_key_id, activity_stream_kinesis_stream_name,
        activity_stream_mode, activity_stream_engine_native_audit_fields_included,
        aws_backup_recovery_point_arn, db_instance_automated_backups_replications, backup_target,
        automatic_restart_time, custom_iam_instance_profile, activity_stream_policy_status,
        certificate_details, db_system_id, master_user_secret,
        read_replica_source_db_cluster_identifier, percent_progress, multi_tenant,
        dedicated_log_volume, is_storage_config_upgrade_available, engine_lifecycle_support,
        additional_storage_volumes, storage_volume_status, storage_operation_status,
        storage_operation_percent_progress, db_capacity_reservation_identifier);
    DbInstanceAutomatedBackupsReplication(; db_instance_automated_backups_arn);
    DbInstanceRole(; role_arn, feature_name, status);
    DbInstanceStatusInfo(; status_type, normal, status, message);
    DbParameterGroup(; db_parameter_group_name, db_parameter_group_family, description,
        db_parameter_group_arn);
    DbParameterGroupStatus(; db_parameter_group_name, parameter_apply_status);
    DbSecurityGroupMembership(; db_security_group_name, status);
    DbSubnetGroup(; db_subnet_group_name, db_subnet_group_description, vpc_id, subnet_group_status,
        subnets, db_subnet_group_arn, supported_network_types);
    DomainMembership(; domain, status, fqdn, iam_role_name, ou, auth_secret_arn, dns_ips);
    Endpoint(; address, port, hosted_zone_id);
    LimitlessDatabase(; status, min_required_acu);
    MasterUserSecret(; secret_arn, secret_status, kms_key_id);
    OptionGroupMembership(; option_group_name, status);
    Outpost(; arn);
    Parameter(; parameter_name, parameter_value, description, source, apply_type, data_type,
        allowed_values, is_modifiable, minimum_engine_version, apply_method, supported_engine_modes);
    PendingCloudwatchLogsExports(; log_types_to_enable, log_types_to_disable);
    PendingModifiedValues(; db_instance_class, allocated_storage, master_user_password, port,
        backup_retention_period, multi_az, engine_version, license_model, iops, storage_throughput,
        db_instance_identifier, storage_type, ca_certificate_identifier, db_subnet_group_name,
        pending_cloudwatch_logs_exports, processor_features, automation_mode,
        resume_full_automation_mode_time, multi_tenant, iam_database_authentication_enabled,
        dedicated_log_volume, engine, additional_storage_volumes,
        db_capacity_reservation_identifier) secret(master_user_password);
    ProcessorFeature(; name, value);
    RdsCustomClusterConfiguration(; interconnect_subnet_id, transit_gateway_multicast_domain_id,
        replica_mode);
    ScalingConfigurationInfo(; min_capacity, max_capacity, auto_pause, seconds_until_auto_pause,
        timeout_action, seconds_before_timeout);
    ServerlessV2ScalingConfigurationInfo(; min_capacity, max_capacity, seconds_until_auto_pause);
    Subnet(; subnet_identifier, subnet_availability_zone, subnet_outpost, subnet_status);
    Tag(; key, value);
    VpcSecurityGroupMembership(; vpc_security_group_id, status);
}

enumerations! {
    ActivityStreamMode, ActivityStreamPolicyStatus, ActivityStreamStatus, ApplyMethod,
    AutomationMode, ClusterScalabilityType, DatabaseInsightsMode, LimitlessDatabaseStatus,
    LocalWriteForwardingStatus, ReplicaMode, StorageEncryptionType, UpgradeRolloutOrder,
    WriteForwardingStatus
}

completeness! {
    AdditionalStorageVolume, AdditionalStorageVolumeOutput, AvailabilityZone, CertificateDetails,
    ClusterPendingModifiedValues, DbCluster, DbClusterMember, DbClusterOptionGroupStatus,
    DbClusterParameterGroup, DbClusterRole, DbClusterStatusInfo, DbInstance,
    DbInstanceAutomatedBackupsReplication, DbInstanceRole, DbInstanceStatusInfo, DbParameterGroup,
    DbParameterGroupStatus, DbSecurityGroupMembership, DbSubnetGroup, DomainMembership, Endpoint,
    Filter, LimitlessDatabase, MasterUserSecret, OptionGroupMembership, Outpost, Parameter,
    PendingCloudwatchLogsExports, PendingModifiedValues, ProcessorFeature,
    RdsCustomClusterConfiguration, ScalingConfigurationInfo, ServerlessV2ScalingConfigurationInfo,
    Subnet, Tag, VpcSecurityGroupMembership
}
