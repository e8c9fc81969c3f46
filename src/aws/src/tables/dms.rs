//! The table of `dms` (Database Migration Service): printed by `generate.py` from
//! aws-sdk-databasemigration 1.133.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_databasemigration as sdk;

use crate::shape::macros::*;

operations! {
    add_tags_to_resource AddTagsToResource(resource_arn, tags;) -> ();
    apply_pending_maintenance_action ApplyPendingMaintenanceAction(replication_instance_arn,
        apply_action, opt_in_type;) -> (resource_pending_maintenance_actions);
    batch_start_recommendations BatchStartRecommendations(; data) -> (error_entries);
    cancel_metadata_model_conversion CancelMetadataModelConversion(migration_project_identifier,
        request_identifier;) -> (request);
    cancel_metadata_model_creation CancelMetadataModelCreation(migration_project_identifier,
        request_identifier;) -> (request);
    cancel_replication_task_assessment_run CancelReplicationTaskAssessmentRun(
        replication_task_assessment_run_arn;) -> (replication_task_assessment_run);
    create_data_migration CreateDataMigration(migration_project_identifier, data_migration_type,
        service_access_role_arn; data_migration_name, enable_cloudwatch_logs, source_data_settings,
        target_data_settings, number_of_jobs, tags, selection_rules) -> (data_migration);
    create_data_provider CreateDataProvider(engine, settings; data_provider_name, description,
        r#virtual, tags) -> (data_provider);
    create_endpoint CreateEndpoint(endpoint_identifier, endpoint_type, engine_name; username,
        password, server_name, port, database_name, extra_connection_attributes, kms_key_id, tags,
        certificate_arn, ssl_mode, service_access_role_arn, external_table_definition,
        dynamo_db_settings, s3_settings, dms_transfer_settings, mongo_db_settings,
        kinesis_settings, kafka_settings, elasticsearch_settings, neptune_settings,
        redshift_settings, postgre_sql_settings, my_sql_settings, oracle_settings, sybase_settings,
        microsoft_sql_server_settings, ibm_db2_settings, resource_identifier, doc_db_settings,
        redis_settings, gcp_my_sql_settings, timestream_settings) -> (endpoint) secret(password);
    create_event_subscription CreateEventSubscription(subscription_name, sns_topic_arn;
        source_type, event_categories, source_ids, enabled, tags) -> (event_subscription);
    create_fleet_advisor_collector CreateFleetAdvisorCollector(collector_name,
        service_access_role_arn, s3_bucket_name; description) -> (
        collector_referenced_id, collector_name, description, service_access_role_arn,
        s3_bucket_name);
    create_instance_profile CreateInstanceProfile(; availability_zone, kms_key_arn,
        publicly_accessible, tags, network_type, instance_profile_name, description,
        subnet_group_identifier, vpc_security_groups) -> (instance_profile);
    create_migration_project CreateMigrationProject(source_data_provider_descriptors,
        target_data_provider_descriptors, instance_profile_identifier; migration_project_name,
        transformation_rules, description, tags, schema_conversion_application_attributes) -> (
        migration_project);
    create_replication_config CreateReplicationConfig(replication_config_identifier,
        source_endpoint_arn, target_endpoint_arn, compute_config, replication_type, table_mappings;
        replication_settings, supplemental_settings, resource_identifier, tags) -> (
        replication_config);
    create_replication_instance CreateReplicationInstance(replication_instance_identifier,
        replication_instance_class; allocated_storage, vpc_security_group_ids, availability_zone,
        replication_subnet_group_identifier, preferred_maintenance_window, multi_az,
        engine_version, auto_minor_version_upgrade, tags, kms_key_id, publicly_accessible,
        dns_name_servers, resource_identifier, network_type, kerberos_authentication_settings) -> (
        replication_instance);
    create_replication_subnet_group CreateReplicationSubnetGroup(
        replication_subnet_group_identifier, replication_subnet_group_description, subnet_ids; tags)
        -> (replication_subnet_group);
    create_replication_task CreateReplicationTask(replication_task_identifier, source_endpoint_arn,
        target_endpoint_arn, replication_instance_arn, migration_type, table_mappings;
        replication_task_settings, cdc_start_time, cdc_start_position, cdc_stop_position, tags,
        task_data, resource_identifier) -> (replication_task);
    delete_certificate DeleteCertificate(certificate_arn;) -> (certificate);
    delete_connection DeleteConnection(endpoint_arn, replication_instance_arn;) -> (connection);
    delete_data_migration DeleteDataMigration(data_migration_identifier;) -> (data_migration);
    delete_data_provider DeleteDataProvider(data_provider_identifier;) -> (data_provider);
    delete_endpoint DeleteEndpoint(endpoint_arn;) -> (endpoint);
    delete_event_subscription DeleteEventSubscription(subscription_name;) -> (event_subscription);
    delete_fleet_advisor_collector DeleteFleetAdvisorCollector(collector_referenced_id;) -> ();
    delete_fleet_advisor_databases DeleteFleetAdvisorDatabases(database_ids;) -> (database_ids);
    delete_instance_profile DeleteInstanceProfile(instance_profile_identifier;) -> (
        instance_profile);
    delete_migration_project DeleteMigrationProject(migration_project_identifier;) -> (
        migration_project);
    delete_replication_config DeleteReplicationConfig(replication_config_arn;) -> (
        replication_config);
    delete_replication_instance DeleteReplicationInstance(replication_instance_arn;) -> (
        replication_instance);
    delete_replication_subnet_group DeleteReplicationSubnetGroup(
        replication_subnet_group_identifier;) -> ();
    delete_replication_task DeleteReplicationTask(replication_task_arn;) -> (replication_task);
    delete_replication_task_assessment_run DeleteReplicationTaskAssessmentRun(
        replication_task_assessment_run_arn;) -> (replication_task_assessment_run);
    describe_account_attributes DescribeAccountAttributes(;) -> (
        account_quotas, unique_account_identifier);
    describe_applicable_individual_assessments DescribeApplicableIndividualAssessments(;
        replication_task_arn, replication_instance_arn, replication_config_arn, source_engine_name,
        target_engine_name, migration_type, max_records, marker) -> (
        individual_assessment_names, marker) pages(marker, marker: individual_assessment_names);
    describe_certificates DescribeCertificates(; filters, max_records, marker) -> (
        marker, certificates) pages(marker, marker: certificates);
    describe_connections DescribeConnections(; filters, max_records, marker) -> (
        marker, connections) pages(marker, marker: connections);
    describe_conversion_configuration DescribeConversionConfiguration(migration_project_identifier;)
        -> (migration_project_identifier, conversion_configuration);
    describe_data_migrations DescribeDataMigrations(; filters, max_records, marker,
        without_settings, without_statistics) -> (
        data_migrations, marker) pages(marker, marker: data_migrations);
    describe_data_providers DescribeDataProviders(; filters, max_records, marker) -> (
        marker, data_providers) pages(marker, marker: data_providers);
    describe_endpoint_settings DescribeEndpointSettings(engine_name; max_records, marker) -> (
        marker, endpoint_settings) pages(marker, marker: endpoint_settings);
    describe_endpoint_types DescribeEndpointTypes(; filters, max_records, marker) -> (
        marker, supported_endpoint_types) pages(marker, marker: supported_endpoint_types);
    describe_endpoints DescribeEndpoints(; filters, max_records, marker) -> (
        marker, endpoints) pages(marker, marker: endpoints);
    describe_engine_versions DescribeEngineVersions(; max_records, marker) -> (
        engine_versions, marker) pages(marker, marker: engine_versions);
    describe_event_categories DescribeEventCategories(; source_type, filters) -> (
        event_category_group_list);
    describe_event_subscriptions DescribeEventSubscriptions(; subscription_name, filters,
        max_records, marker) -> (
        marker, event_subscriptions_list) pages(marker, marker: event_subscriptions_list);
    describe_events DescribeEvents(; source_identifier, source_type, start_time, end_time,
        duration, event_categories, filters, max_records, marker) -> (
        marker, events) pages(marker, marker: events);
    describe_extension_pack_associations DescribeExtensionPackAssociations(
        migration_project_identifier; filters, marker, max_records) -> (
        marker, requests) pages(marker, marker: requests);
    describe_fleet_advisor_collectors DescribeFleetAdvisorCollectors(; filters, max_records,
        next_token) -> (collectors, next_token) pages(next_token, next_token: collectors);
    describe_fleet_advisor_databases DescribeFleetAdvisorDatabases(; filters, max_records,
        next_token) -> (databases, next_token) pages(next_token, next_token: databases);
    describe_fleet_advisor_lsa_analysis DescribeFleetAdvisorLsaAnalysis(; max_records, next_token)
        -> (analysis, next_token) pages(next_token, next_token: analysis);
    describe_fleet_advisor_schema_object_summary DescribeFleetAdvisorSchemaObjectSummary(; filters,
        max_records, next_token) -> (
        fleet_advisor_schema_objects, next_token)
        pages(next_token, next_token: fleet_advisor_schema_objects);
    describe_fleet_advisor_schemas DescribeFleetAdvisorSchemas(; filters, max_records, next_token)
        -> (
        fleet_advisor_schemas, next_token) pages(next_token, next_token: fleet_advisor_schemas);
    describe_instance_profiles DescribeInstanceProfiles(; filters, max_records, marker) -> (
        marker, instance_profiles) pages(marker, marker: instance_profiles);
    describe_metadata_model DescribeMetadataModel(selection_rules, migration_project_identifier,
        origin;) -> (
        metadata_model_name, metadata_model_type, target_metadata_models, definition);
    describe_metadata_model_assessments DescribeMetadataModelAssessments(
        migration_project_identifier; filters, marker, max_records) -> (
        marker, requests) pages(marker, marker: requests);
    describe_metadata_model_children DescribeMetadataModelChildren(selection_rules,
        migration_project_identifier, origin; marker, max_records) -> (
        marker, metadata_model_children) pages(marker, marker: metadata_model_children);
    describe_metadata_model_conversions DescribeMetadataModelConversions(
        migration_project_identifier; filters, marker, max_records) -> (
        marker, requests) pages(marker, marker: requests);
    describe_metadata_model_creations DescribeMetadataModelCreations(migration_project_identifier;
        filters, marker, max_records) -> (marker, requests) pages(marker, marker: requests);
    describe_metadata_model_exports_as_script DescribeMetadataModelExportsAsScript(
        migration_project_identifier; filters, marker, max_records) -> (
        marker, requests) pages(marker, marker: requests);
    describe_metadata_model_exports_to_target DescribeMetadataModelExportsToTarget(
        migration_project_identifier; filters, marker, max_records) -> (
        marker, requests) pages(marker, marker: requests);
    describe_metadata_model_imports DescribeMetadataModelImports(migration_project_identifier;
        filters, marker, max_records) -> (marker, requests) pages(marker, marker: requests);
    describe_migration_projects DescribeMigrationProjects(; filters, max_records, marker) -> (
        marker, migration_projects) pages(marker, marker: migration_projects);
    describe_orderable_replication_instances DescribeOrderableReplicationInstances(; max_records,
        marker) -> (
        orderable_replication_instances, marker)
        pages(marker, marker: orderable_replication_instances);
    describe_pending_maintenance_actions DescribePendingMaintenanceActions(;
        replication_instance_arn, filters, marker, max_records) -> (
        pending_maintenance_actions, marker) pages(marker, marker: pending_maintenance_actions);
    describe_recommendation_limitations DescribeRecommendationLimitations(; filters, max_records,
        next_token) -> (next_token, limitations) pages(next_token, next_token: limitations);
    describe_recommendations DescribeRecommendations(; filters, max_records, next_token) -> (
        next_token, recommendations) pages(next_token, next_token: recommendations);
    describe_refresh_schemas_status DescribeRefreshSchemasStatus(endpoint_arn;) -> (
        refresh_schemas_status);
    describe_replication_configs DescribeReplicationConfigs(; filters, max_records, marker) -> (
        marker, replication_configs) pages(marker, marker: replication_configs);
    describe_replication_instance_task_logs DescribeReplicationInstanceTaskLogs(
        replication_instance_arn; max_records, marker) -> (
        replication_instance_arn, replication_instance_task_logs, marker)
        pages(marker, marker: replication_instance_task_logs);
    describe_replication_instances DescribeReplicationInstances(; filters, max_records, marker) -> (
        marker, replication_instances) pages(marker, marker: replication_instances);
    describe_replication_subnet_groups DescribeReplicationSubnetGroups(; filters, max_records,
        marker) -> (
        marker, replication_subnet_groups) pages(marker, marker: replication_subnet_groups);
    describe_replication_table_statistics DescribeReplicationTableStatistics(
        replication_config_arn; max_records, marker, filters) -> (
        replication_config_arn, marker, replication_table_statistics)
        pages(marker, marker: replication_table_statistics);
    describe_replication_task_assessment_results DescribeReplicationTaskAssessmentResults(;
        replication_task_arn, max_records, marker) -> (
        marker, bucket_name, replication_task_assessment_results)
        pages(marker, marker: replication_task_assessment_results);
    describe_replication_task_assessment_runs DescribeReplicationTaskAssessmentRuns(; filters,
        max_records, marker) -> (
        marker, replication_task_assessment_runs)
        pages(marker, marker: replication_task_assessment_runs);
    describe_replication_task_individual_assessments DescribeReplicationTaskIndividualAssessments(;
        filters, max_records, marker) -> (
        marker, replication_task_individual_assessments)
        pages(marker, marker: replication_task_individual_assessments);
    describe_replication_tasks DescribeReplicationTasks(; filters, max_records, marker,
        without_settings) -> (marker, replication_tasks) pages(marker, marker: replication_tasks);
    describe_replications DescribeReplications(; filters, max_records, marker) -> (
        marker, replications) pages(marker, marker: replications);
    describe_schemas DescribeSchemas(endpoint_arn; max_records, marker) -> (
        marker, schemas) pages(marker, marker: schemas);
    describe_table_statistics DescribeTableStatistics(replication_task_arn; max_records, marker,
        filters) -> (
        replication_task_arn, table_statistics, marker) pages(marker, marker: table_statistics);
    export_metadata_model_assessment ExportMetadataModelAssessment(migration_project_identifier,
        selection_rules; file_name, assessment_report_types) -> (pdf_report, csv_report);
    get_target_selection_rules GetTargetSelectionRules(migration_project_identifier,
        selection_rules;) -> (target_selection_rules);
    import_certificate ImportCertificate(certificate_identifier; certificate_pem,
        certificate_wallet, tags, kms_key_id) -> (
        certificate) secret(certificate_pem, certificate_wallet);
    list_tags_for_resource ListTagsForResource(; resource_arn, resource_arn_list) -> (tag_list);
    modify_conversion_configuration ModifyConversionConfiguration(migration_project_identifier,
        conversion_configuration;) -> (migration_project_identifier);
    modify_data_migration ModifyDataMigration(data_migration_identifier; data_migration_name,
        enable_cloudwatch_logs, service_access_role_arn, data_migration_type, source_data_settings,
        target_data_settings, number_of_jobs, selection_rules) -> (data_migration);
    modify_data_provider ModifyDataProvider(data_provider_identifier; data_provider_name,
        description, engine, r#virtual, exact_settings, settings) -> (data_provider);
    modify_endpoint ModifyEndpoint(endpoint_arn; endpoint_identifier, endpoint_type, engine_name,
        username, password, server_name, port, database_name, extra_connection_attributes,
        certificate_arn, ssl_mode, service_access_role_arn, external_table_definition,
        dynamo_db_settings, s3_settings, dms_transfer_settings, mongo_db_settings,
        kinesis_settings, kafka_settings, elasticsearch_settings, neptune_settings,
        redshift_settings, postgre_sql_settings, my_sql_settings, oracle_settings, sybase_settings,
        microsoft_sql_server_settings, ibm_db2_settings, doc_db_settings, redis_settings,
        exact_settings, gcp_my_sql_settings, timestream_settings) -> (endpoint) secret(password);
    modify_event_subscription ModifyEventSubscription(subscription_name; sns_topic_arn,
        source_type, event_categories, enabled) -> (event_subscription);
    modify_instance_profile ModifyInstanceProfile(instance_profile_identifier; availability_zone,
        kms_key_arn, publicly_accessible, network_type, instance_profile_name, description,
        subnet_group_identifier, vpc_security_groups) -> (instance_profile);
    modify_migration_project ModifyMigrationProject(migration_project_identifier;
        migration_project_name, source_data_provider_descriptors, target_data_provider_descriptors,
        instance_profile_identifier, transformation_rules, description,
        schema_conversion_application_attributes) -> (migration_project);
    modify_replication_config ModifyReplicationConfig(replication_config_arn;
        replication_config_identifier, replication_type, table_mappings, replication_settings,
        supplemental_settings, compute_config, source_endpoint_arn, target_endpoint_arn) -> (
        replication_config);
    modify_replication_instance ModifyReplicationInstance(replication_instance_arn;
        allocated_storage, apply_immediately, replication_instance_class, vpc_security_group_ids,
        preferred_maintenance_window, multi_az, engine_version, allow_major_version_upgrade,
        auto_minor_version_upgrade, replication_instance_identifier, network_type,
        kerberos_authentication_settings) -> (replication_instance);
    modify_replication_subnet_group ModifyReplicationSubnetGroup(
        replication_subnet_group_identifier, subnet_ids; replication_subnet_group_description) -> (
        replication_subnet_group);
    modify_replication_task ModifyReplicationTask(replication_task_arn;
        replication_task_identifier, migration_type, table_mappings, replication_task_settings,
        cdc_start_time, cdc_start_position, cdc_stop_position, task_data) -> (replication_task);
    move_replication_task MoveReplicationTask(replication_task_arn,
        target_replication_instance_arn;) -> (replication_task);
    reboot_replication_instance RebootReplicationInstance(replication_instance_arn; force_failover,
        force_planned_failover) -> (replication_instance);
    refresh_schemas RefreshSchemas(endpoint_arn, replication_instance_arn;) -> (
        refresh_schemas_status);
    reload_replication_tables ReloadReplicationTables(replication_config_arn, tables_to_reload;
        reload_option) -> (replication_config_arn);
    reload_tables ReloadTables(replication_task_arn, tables_to_reload; reload_option) -> (
        replication_task_arn);
    remove_tags_from_resource RemoveTagsFromResource(resource_arn, tag_keys;) -> ();
    run_fleet_advisor_lsa_analysis RunFleetAdvisorLsaAnalysis(;) -> (lsa_analysis_id, status);
    start_data_migration StartDataMigration(data_migration_identifier, start_type;) -> (
        data_migration);
    start_extension_pack_association StartExtensionPackAssociation(migration_project_identifier;)
        -> (request_identifier);
    start_metadata_model_assessment StartMetadataModelAssessment(migration_project_identifier,
        selection_rules;) -> (request_identifier);
    start_metadata_model_conversion StartMetadataModelConversion(migration_project_identifier,
        selection_rules;) -> (request_identifier);
    start_metadata_model_creation StartMetadataModelCreation(migration_project_identifier,
        selection_rules, metadata_model_name, properties;) -> (request_identifier);
    start_metadata_model_export_as_script StartMetadataModelExportAsScript(
        migration_project_identifier, selection_rules, origin; file_name) -> (request_identifier);
    start_metadata_model_export_to_target StartMetadataModelExportToTarget(
        migration_project_identifier, selection_rules; overwrite_extension_pack) -> (
        request_identifier);
    start_metadata_model_import StartMetadataModelImport(migration_project_identifier,
        selection_rules, origin; refresh) -> (request_identifier);
    start_recommendations StartRecommendations(database_id, settings;) -> ();
    start_replication StartReplication(replication_config_arn, start_replication_type;
        premigration_assessment_settings, cdc_start_time, cdc_start_position, cdc_stop_position)
        -> (replication);
    start_replication_task StartReplicationTask(replication_task_arn, start_replication_task_type;
        cdc_start_time, cdc_start_position, cdc_stop_position) -> (replication_task);
    start_replication_task_assessment StartReplicationTaskAssessment(replication_task_arn;) -> (
        replication_task);
    start_replication_task_assessment_run StartReplicationTaskAssessmentRun(replication_task_arn,
        service_access_role_arn, result_location_bucket, assessment_run_name;
        result_location_folder, result_encryption_mode, result_kms_key_arn, include_only, exclude,
        tags) -> (replication_task_assessment_run);
    stop_data_migration StopDataMigration(data_migration_identifier;) -> (data_migration);
    stop_replication StopReplication(replication_config_arn;) -> (replication);
    stop_replication_task StopReplicationTask(replication_task_arn;) -> (replication_task);
    test_connection TestConnection(replication_instance_arn, endpoint_arn;) -> (connection);
    update_subscriptions_to_event_bridge UpdateSubscriptionsToEventBridge(; force_move) -> (
        result);
}

structures_both! {
    ComputeConfig(; availability_zone, dns_name_servers, kms_key_id, max_capacity_units,
        min_capacity_units, multi_az, preferred_maintenance_window, replication_subnet_group_id,
        vpc_security_group_ids);
    DmsTransferSettings(; service_access_role_arn, bucket_name);
    DocDbDataProviderSettings(; server_name, port, database_name, ssl_mode, certificate_arn);
    DocDbSettings(; username, password, server_name, port, database_name, nesting_level,
        extract_doc_id, docs_to_investigate, kms_key_id, secrets_manager_access_role_arn,
        secrets_manager_secret_id, use_update_look_up, replicate_shard_collections)
        secret(password);
    DynamoDbSettings(service_access_role_arn;);
    ElasticsearchSettings(service_access_role_arn, endpoint_uri; full_load_error_percentage,
        error_retry_duration, use_new_mapping_type);
    GcpMySqlSettings(; after_connect_script, clean_source_metadata_on_mismatch, database_name,
        events_poll_interval, target_db_type, max_file_size, parallel_load_threads, password, port,
        server_name, server_timezone, username, secrets_manager_access_role_arn,
        secrets_manager_secret_id) secret(password);
    IbmDb2LuwDataProviderSettings(; server_name, port, database_name, ssl_mode, certificate_arn,
        encryption_algorithm, security_mechanism, s3_path, s3_access_role_arn);
    IbmDb2Settings(; database_name, password, port, server_name, set_data_capture_changes,
        current_lsn, max_k_bytes_per_read, username, secrets_manager_access_role_arn,
        secrets_manager_secret_id, load_timeout, write_buffer_size, max_file_size, keep_csv_files)
        secret(password);
    IbmDb2zOsDataProviderSettings(; server_name, port, database_name, ssl_mode, certificate_arn,
        s3_path, s3_access_role_arn);
    KafkaSettings(; broker, topic, message_format, include_transaction_details,
        include_partition_value, partition_include_schema_table, include_table_alter_operations,
        include_control_details, message_max_bytes, include_null_and_empty, security_protocol,
        ssl_client_certificate_arn, ssl_client_key_arn, ssl_client_key_password,
        ssl_ca_certificate_arn, sasl_username, sasl_password, no_hex_prefix, sasl_mechanism,
        ssl_endpoint_identification_algorithm, use_large_integer_value)
        secret(sasl_password, ssl_client_key_password);
    KerberosAuthenticationSettings(; key_cache_secret_id, key_cache_secret_iam_arn,
        krb5_file_contents);
    KinesisSettings(; stream_arn, message_format, service_access_role_arn,
        include_transaction_details, include_partition_value, partition_include_schema_table,
        include_table_alter_operations, include_control_details, include_null_and_empty,
        no_hex_prefix, use_large_integer_value);
    MariaDbDataProviderSettings(; server_name, port, ssl_mode, certificate_arn, s3_path,
        s3_access_role_arn);
    MicrosoftSqlServerDataProviderSettings(; server_name, port, database_name, ssl_mode,
        certificate_arn, s3_path, s3_access_role_arn);
    MicrosoftSqlServerSettings(; port, bcp_packet_size, database_name, control_tables_file_group,
        password, query_single_always_on_node, read_backup_only, safeguard_policy, server_name,
        username, use_bcp_full_load, use_third_party_backup_device,
        secrets_manager_access_role_arn, secrets_manager_secret_id, trim_space_in_char,
        tlog_access_mode, force_lob_lookup, authentication_method) secret(password);
    MongoDbDataProviderSettings(; server_name, port, database_name, ssl_mode, certificate_arn,
        auth_type, auth_source, auth_mechanism);
    MongoDbSettings(; username, password, server_name, port, database_name, auth_type,
        auth_mechanism, nesting_level, extract_doc_id, docs_to_investigate, auth_source,
        kms_key_id, secrets_manager_access_role_arn, secrets_manager_secret_id, use_update_look_up,
        replicate_shard_collections) secret(password);
    MySqlDataProviderSettings(; server_name, port, ssl_mode, certificate_arn, s3_path,
        s3_access_role_arn);
    MySqlSettings(; after_connect_script, clean_source_metadata_on_mismatch, database_name,
        events_poll_interval, target_db_type, max_file_size, parallel_load_threads, password, port,
        server_name, server_timezone, username, secrets_manager_access_role_arn,
        secrets_manager_secret_id, execute_timeout, service_access_role_arn, authentication_method)
        secret(password);
    NeptuneSettings(s3_bucket_name, s3_bucket_folder; service_access_role_arn,
        error_retry_duration, max_file_size, max_retry_count, iam_auth_enabled);
    OracleDataProviderSettings(; server_name, port, database_name, ssl_mode, certificate_arn,
        asm_server, secrets_manager_oracle_asm_secret_id,
        secrets_manager_oracle_asm_access_role_arn,
        secrets_manager_security_db_encryption_secret_id,
        secrets_manager_security_db_encryption_access_role_arn, s3_path, s3_access_role_arn);
    OracleSettings(; add_supplemental_logging, archived_log_dest_id,
        additional_archived_log_dest_id, extra_archived_log_dest_ids, allow_select_nested_tables,
        parallel_asm_read_threads, read_ahead_blocks, access_alternate_directly,
        use_alternate_folder_for_online, oracle_path_prefix, use_path_prefix, replace_path_prefix,
        enable_homogenous_tablespace, direct_path_no_log, archived_logs_only, asm_password,
        asm_server, asm_user, char_length_semantics, database_name, direct_path_parallel_load,
        fail_tasks_on_lob_truncation, number_datatype_scale, password, port, read_table_space_name,
        retry_interval, security_db_encryption, security_db_encryption_name, server_name,
        spatial_data_option_to_geo_json_function_name, standby_delay_time, username, use_b_file,
        use_direct_path_full_load, use_logminer_reader, secrets_manager_access_role_arn,
        secrets_manager_secret_id, secrets_manager_oracle_asm_access_role_arn,
        secrets_manager_oracle_asm_secret_id, trim_space_in_char,
        convert_timestamp_with_zone_to_utc, open_transaction_window, authentication_method)
        secret(asm_password, password, security_db_encryption);
    PostgreSqlDataProviderSettings(; server_name, port, database_name, ssl_mode, certificate_arn,
        s3_path, s3_access_role_arn);
    PostgreSqlSettings(; after_connect_script, capture_ddls, max_file_size, database_name,
        ddl_artifacts_schema, execute_timeout, fail_tasks_on_lob_truncation, heartbeat_enable,
        heartbeat_schema, heartbeat_frequency, password, port, server_name, username, slot_name,
        plugin_name, secrets_manager_access_role_arn, secrets_manager_secret_id,
        trim_space_in_char, map_boolean_as_boolean, map_jsonb_as_clob, map_long_varchar_as,
        database_mode, babelfish_database_name, disable_unicode_source_filter,
        service_access_role_arn, authentication_method) secret(password);
    RecommendationSettings(instance_sizing_type, workload_type;);
    RedisSettings(server_name, port; ssl_security_protocol, auth_type, auth_user_name,
        auth_password, ssl_ca_certificate_arn) secret(auth_password);
    RedshiftDataProviderSettings(; server_name, port, database_name, s3_path, s3_access_role_arn);
    RedshiftSettings(; accept_any_date, after_connect_script, bucket_folder, bucket_name,
        case_sensitive_names, comp_update, connection_timeout, database_name, date_format,
        empty_as_null, encryption_mode, explicit_ids, file_transfer_upload_streams, load_timeout,
        max_file_size, password, port, remove_quotes, replace_invalid_chars, replace_chars,
        server_name, service_access_role_arn, server_side_encryption_kms_key_id, time_format,
        trim_blanks, truncate_columns, username, write_buffer_size,
        secrets_manager_access_role_arn, secrets_manager_secret_id, map_boolean_as_boolean)
        secret(password);
    S3Settings(; service_access_role_arn, external_table_definition, csv_row_delimiter,
        csv_delimiter, bucket_folder, bucket_name, compression_type, encryption_mode,
        server_side_encryption_kms_key_id, data_format, encoding_type, dict_page_size_limit,
        row_group_length, data_page_size, parquet_version, enable_statistics,
        include_op_for_full_load, cdc_inserts_only, timestamp_column_name,
        parquet_timestamp_in_millisecond, cdc_inserts_and_updates, date_partition_enabled,
        date_partition_sequence, date_partition_delimiter, use_csv_no_sup_value, csv_no_sup_value,
        preserve_transactions, cdc_path, use_task_start_time_for_full_load_timestamp,
        canned_acl_for_objects, add_column_name, cdc_max_batch_interval, cdc_min_file_size,
        csv_null_value, ignore_header_rows, max_file_size, rfc4180, date_partition_timezone,
        add_trailing_padding_character, expected_bucket_owner, glue_catalog_generation);
    ScApplicationAttributes(; s3_bucket_path, s3_bucket_role_arn);
    SourceDataSetting(; cdc_start_position, cdc_start_time, cdc_stop_time, slot_name);
    SybaseAseDataProviderSettings(; server_name, port, database_name, ssl_mode, encrypt_password,
        certificate_arn);
    SybaseSettings(; database_name, password, port, server_name, username,
        secrets_manager_access_role_arn, secrets_manager_secret_id) secret(password);
    Tag(; key, value, resource_arn);
    TargetDataSetting(; table_preparation_mode);
    TimestreamSettings(database_name, memory_duration, magnetic_duration; cdc_inserts_and_updates,
        enable_magnetic_store_writes);
}

structures_in! {
    DataProviderDescriptorDefinition(data_provider_identifier; secrets_manager_secret_id,
        secrets_manager_access_role_arn);
    Filter(name, values;);
    StartRecommendationsRequestEntry(database_id, settings;);
    StatementProperties(definition;);
    TableToReload(schema_name, table_name;);
}

structures_out! {
    AccountQuota(; account_quota_name, used, max);
    AvailabilityZone(; name);
    BatchStartRecommendationsErrorEntry(; database_id, message, code);
    Certificate(; certificate_identifier, certificate_creation_date, certificate_pem,
        certificate_wallet, certificate_arn, certificate_owner, valid_from_date, valid_to_date,
        signing_algorithm, key_length, kms_key_id) secret(certificate_pem, certificate_wallet);
    CollectorHealthCheck(; collector_status, local_collector_s3_access, web_collector_s3_access,
        web_collector_granted_role_based_access);
    CollectorResponse(; collector_referenced_id, collector_name, collector_version, version_status,
        description, s3_bucket_name, service_access_role_arn, collector_health_check,
        last_data_received, registered_date, created_date, modified_date, inventory_data);
    CollectorShortInfoResponse(; collector_referenced_id, collector_name);
    Connection(; replication_instance_arn, endpoint_arn, status, last_failure_message,
        endpoint_identifier, replication_instance_identifier);
    DataMigration(; data_migration_name, data_migration_arn, data_migration_create_time,
        data_migration_start_time, data_migration_end_time, service_access_role_arn,
        migration_project_arn, data_migration_type, data_migration_settings, source_data_settings,
        target_data_settings, data_migration_statistics, data_migration_status,
        public_ip_addresses, data_migration_cidr_blocks, last_failure_message, stop_reason);
    DataMigrationSettings(; number_of_jobs, cloudwatch_logs_enabled, selection_rules);
    DataMigrationStatistics(; tables_loaded, elapsed_time_millis, tables_loading,
        full_load_percentage, cdc_latency, tables_queued, tables_errored, start_time, stop_time);
    DataProvider(; data_provider_name, data_provider_arn, data_provider_creation_time, description,
        engine, r#virtual, settings);
    DataProviderDescriptor(; secrets_manager_secret_id, secrets_manager_access_role_arn,
        data_provider_name, data_provider_arn);
    DatabaseInstanceSoftwareDetailsResponse(; engine, engine_version, engine_edition, service_pack,
        support_level, os_architecture, tooltip);
    DatabaseResponse(; database_id, database_name, ip_address, number_of_schemas, server,
        software_details, collectors);
    DatabaseShortInfoResponse(; database_id, database_name, database_ip_address, database_engine);
    DefaultErrorDetails(; message);
    Endpoint(; endpoint_identifier, endpoint_type, engine_name, engine_display_name, username,
        server_name, port, database_name, extra_connection_attributes, status, kms_key_id,
        endpoint_arn, certificate_arn, ssl_mode, service_access_role_arn,
        external_table_definition, external_id, is_read_only, dynamo_db_settings, s3_settings,
        dms_transfer_settings, mongo_db_settings, kinesis_settings, kafka_settings,
        elasticsearch_settings, neptune_settings, redshift_settings, postgre_sql_settings,
        my_sql_settings, oracle_settings, sybase_settings, microsoft_sql_server_settings,
        ibm_db2_settings, doc_db_settings, redis_settings, gcp_my_sql_settings,
        timestream_settings, lakehouse_settings);
    EndpointSetting(; name, r#type, enum_values, sensitive, units, applicability, int_value_min,
        int_value_max, default_value);
    EngineVersion(; version, lifecycle, release_status, launch_date, auto_upgrade_date,
        deprecation_date, force_upgrade_date, available_upgrades);
    Event(; source_identifier, source_type, message, event_categories, date);
    EventCategoryGroup(; source_type, event_categories);
    EventSubscription(; customer_aws_id, cust_subscription_id, sns_topic_arn, status,
        subscription_creation_time, source_type, source_ids_list, event_categories_list, enabled);
    ExportMetadataModelAssessmentResultEntry(; s3_object_key, object_url);
    ExportSqlDetails(; s3_object_key, object_url);
    FleetAdvisorLsaAnalysisResponse(; lsa_analysis_id, status);
    FleetAdvisorSchemaObjectResponse(; schema_id, object_type, number_of_objects, code_line_count,
        code_size);
    InstanceProfile(; instance_profile_arn, availability_zone, kms_key_arn, publicly_accessible,
        network_type, instance_profile_name, description, instance_profile_creation_time,
        subnet_group_identifier, vpc_security_groups);
    InventoryData(; number_of_databases, number_of_schemas);
    LakehouseSettings(arn;);
    Limitation(; database_id, engine_name, name, description, impact, r#type);
    MetadataModelReference(; metadata_model_name, selection_rules);
    MigrationProject(; migration_project_name, migration_project_arn,
        migration_project_creation_time, source_data_provider_descriptors,
        target_data_provider_descriptors, instance_profile_arn, instance_profile_name,
        transformation_rules, description, schema_conversion_application_attributes);
    OrderableReplicationInstance(; engine_version, replication_instance_class, storage_type,
        min_allocated_storage, max_allocated_storage, default_allocated_storage,
        included_allocated_storage, availability_zones, release_status);
    PendingMaintenanceAction(; action, auto_applied_after_date, forced_apply_date, opt_in_status,
        current_apply_date, description);
    PremigrationAssessmentStatus(; premigration_assessment_run_arn, fail_on_assessment_failure,
        status, premigration_assessment_run_creation_date, assessment_progress,
        last_failure_message, result_location_bucket, result_location_folder,
        result_encryption_mode, result_kms_key_arn, result_statistic);
    ProcessedObject(; name, r#type, endpoint_type);
    Progress(; progress_percent, total_objects, progress_step, processed_object);
    ProvisionData(; provision_state, provisioned_capacity_units, date_provisioned,
        is_new_provisioning_available, date_new_provisioning_data_available,
        reason_for_new_provisioning_data);
    RdsConfiguration(; engine_edition, instance_type, instance_vcpu, instance_memory, storage_type,
        storage_size, storage_iops, deployment_option, engine_version);
    RdsRecommendation(; requirements_to_target, target_configuration);
    RdsRequirements(; engine_edition, instance_vcpu, instance_memory, storage_size, storage_iops,
        deployment_option, engine_version);
    Recommendation(; database_id, engine_name, created_date, status, preferred, settings, data);
    RecommendationData(; rds_engine);
    RefreshSchemasStatus(; endpoint_arn, replication_instance_arn, status, last_refresh_date,
        last_failure_message);
    Replication(; replication_config_identifier, replication_config_arn, source_endpoint_arn,
        target_endpoint_arn, replication_type, status, provision_data,
        premigration_assessment_statuses, stop_reason, failure_messages, replication_stats,
        start_replication_type, cdc_start_time, cdc_start_position, cdc_stop_position,
        recovery_checkpoint, replication_create_time, replication_update_time,
        replication_last_stop_time, replication_deprovision_time, is_read_only);
    ReplicationConfig(; replication_config_identifier, replication_config_arn, source_endpoint_arn,
        target_endpoint_arn, replication_type, compute_config, replication_settings,
        supplemental_settings, table_mappings, replication_config_create_time,
        replication_config_update_time, is_read_only);
    ReplicationInstance(; replication_instance_identifier, replication_instance_class,
        replication_instance_status, allocated_storage, instance_create_time, vpc_security_groups,
        availability_zone, replication_subnet_group, preferred_maintenance_window,
        pending_modified_values, multi_az, engine_version, auto_minor_version_upgrade, kms_key_id,
        replication_instance_arn, replication_instance_public_ip_address,
        replication_instance_private_ip_address, replication_instance_public_ip_addresses,
        replication_instance_private_ip_addresses, replication_instance_ipv6_addresses,
        publicly_accessible, secondary_availability_zone, free_until, dns_name_servers,
        network_type, kerberos_authentication_settings);
    ReplicationInstanceTaskLog(; replication_task_name, replication_task_arn,
        replication_instance_task_log_size);
    ReplicationPendingModifiedValues(; replication_instance_class, allocated_storage, multi_az,
        engine_version, network_type);
    ReplicationStats(; full_load_progress_percent, elapsed_time_millis, tables_loaded,
        tables_loading, tables_queued, tables_errored, fresh_start_date, start_date, stop_date,
        full_load_start_date, full_load_finish_date);
    ReplicationSubnetGroup(; replication_subnet_group_identifier,
        replication_subnet_group_description, vpc_id, subnet_group_status, subnets,
        supported_network_types, is_read_only);
    ReplicationTask(; replication_task_identifier, source_endpoint_arn, target_endpoint_arn,
        replication_instance_arn, migration_type, table_mappings, replication_task_settings,
        status, last_failure_message, stop_reason, replication_task_creation_date,
        replication_task_start_date, cdc_start_position, cdc_stop_position, recovery_checkpoint,
        replication_task_arn, replication_task_stats, task_data, target_replication_instance_arn);
    ReplicationTaskAssessmentResult(; replication_task_identifier, replication_task_arn,
        replication_task_last_assessment_date, assessment_status, assessment_results_file,
        assessment_results, s3_object_url);
    ReplicationTaskAssessmentRun(; replication_task_assessment_run_arn, replication_task_arn,
        status, replication_task_assessment_run_creation_date, assessment_progress,
        last_failure_message, service_access_role_arn, result_location_bucket,
        result_location_folder, result_encryption_mode, result_kms_key_arn, assessment_run_name,
        is_latest_task_assessment_run, result_statistic);
    ReplicationTaskAssessmentRunProgress(; individual_assessment_count,
        individual_assessment_completed_count);
    ReplicationTaskAssessmentRunResultStatistic(; passed, failed, error, warning, cancelled,
        skipped);
    ReplicationTaskIndividualAssessment(; replication_task_individual_assessment_arn,
        replication_task_assessment_run_arn, individual_assessment_name, status,
        replication_task_individual_assessment_start_date);
    ReplicationTaskStats(; full_load_progress_percent, elapsed_time_millis, tables_loaded,
        tables_loading, tables_queued, tables_errored, fresh_start_date, start_date, stop_date,
        full_load_start_date, full_load_finish_date);
    ResourcePendingMaintenanceActions(; resource_identifier, pending_maintenance_action_details);
    SchemaConversionRequest(; status, request_identifier, migration_project_arn, error,
        export_sql_details, progress);
    SchemaResponse(; code_line_count, code_size, complexity, server, database_instance, schema_id,
        schema_name, original_schema, similarity);
    SchemaShortInfoResponse(; schema_id, schema_name, database_id, database_name,
        database_ip_address);
    ServerShortInfoResponse(; server_id, ip_address, server_name);
    Subnet(; subnet_identifier, subnet_availability_zone, subnet_status);
    SupportedEndpointType(; engine_name, supports_cdc, endpoint_type,
        replication_instance_engine_minimum_version, engine_display_name);
    TableStatistics(; schema_name, table_name, inserts, deletes, updates, ddls, applied_inserts,
        applied_deletes, applied_updates, applied_ddls, full_load_rows,
        full_load_condtnl_chk_failed_rows, full_load_error_rows, full_load_start_time,
        full_load_end_time, full_load_reloaded, last_update_time, table_state,
        validation_pending_records, validation_failed_records, validation_suspended_records,
        validation_state, validation_state_details, resync_state, resync_rows_attempted,
        resync_rows_succeeded, resync_rows_failed, resync_progress);
    VpcSecurityGroupMembership(; vpc_security_group_id, status);
}

enumerations! {
    AssessmentReportType, AuthMechanismValue, AuthTypeValue, CannedAclForObjectsValue,
    CharLengthSemantics, CollectorStatus, CompressionTypeValue, DataFormatValue, DatabaseMode,
    DatePartitionDelimiterValue, DatePartitionSequenceValue, DmsSslModeValue, EncodingTypeValue,
    EncryptionModeValue, EndpointSettingTypeValue, KafkaSaslMechanism, KafkaSecurityProtocol,
    KafkaSslEndpointIdentificationAlgorithm, LongVarcharMappingType, MessageFormatValue,
    MigrationTypeValue, MySqlAuthenticationMethod, NestingLevelValue, OracleAuthenticationMethod,
    OriginTypeValue, ParquetVersionValue, PluginNameValue, PostgreSqlAuthenticationMethod,
    RedisAuthTypeValue, RefreshSchemasStatusTypeValue, ReleaseStatusValues, ReloadOptionValue,
    ReplicationEndpointTypeValue, SafeguardPolicy, SourceType, SqlServerAuthenticationMethod,
    SslSecurityProtocolValue, StartReplicationMigrationTypeValue, StartReplicationTaskTypeValue,
    TablePreparationMode, TargetDbType, TlogAccessMode, VersionStatus
}

union_both! {
    DataProviderSettings(DocDbSettings doc_db_settings, IbmDb2LuwSettings ibm_db2_luw_settings,
        IbmDb2zOsSettings ibm_db2z_os_settings, MariaDbSettings maria_db_settings,
        MicrosoftSqlServerSettings microsoft_sql_server_settings,
        MongoDbSettings mongo_db_settings, MySqlSettings my_sql_settings,
        OracleSettings oracle_settings, PostgreSqlSettings postgre_sql_settings,
        RedshiftSettings redshift_settings, SybaseAseSettings sybase_ase_settings);
}

union_in! {
    MetadataModelProperties(StatementProperties statement_properties);
}

union_out! {
    ErrorDetails(DefaultErrorDetails default_error_details);
}

completeness! {
    AccountQuota, AvailabilityZone, BatchStartRecommendationsErrorEntry, Certificate,
    CollectorHealthCheck, CollectorResponse, CollectorShortInfoResponse, ComputeConfig, Connection,
    DataMigration, DataMigrationSettings, DataMigrationStatistics, DataProvider,
    DataProviderDescriptor, DataProviderDescriptorDefinition,
    DatabaseInstanceSoftwareDetailsResponse, DatabaseResponse, DatabaseShortInfoResponse,
    DefaultErrorDetails, DmsTransferSettings, DocDbDataProviderSettings, DocDbSettings,
    DynamoDbSettings, ElasticsearchSettings, Endpoint, EndpointSetting, EngineVersion, Event,
    EventCategoryGroup, EventSubscription, ExportMetadataModelAssessmentResultEntry,
    ExportSqlDetails, Filter, FleetAdvisorLsaAnalysisResponse, FleetAdvisorSchemaObjectResponse,
    GcpMySqlSettings, IbmDb2LuwDataProviderSettings, IbmDb2Settings, IbmDb2zOsDataProviderSettings,
    InstanceProfile, InventoryData, KafkaSettings, KerberosAuthenticationSettings, KinesisSettings,
    LakehouseSettings, Limitation, MariaDbDataProviderSettings, MetadataModelReference,
    MicrosoftSqlServerDataProviderSettings, MicrosoftSqlServerSettings, MigrationProject,
    MongoDbDataProviderSettings, MongoDbSettings, MySqlDataProviderSettings, MySqlSettings,
    NeptuneSettings, OracleDataProviderSettings, OracleSettings, OrderableReplicationInstance,
    PendingMaintenanceAction, PostgreSqlDataProviderSettings, PostgreSqlSettings,
    PremigrationAssessmentStatus, ProcessedObject, Progress, ProvisionData, RdsConfiguration,
    RdsRecommendation, RdsRequirements, Recommendation, RecommendationData, RecommendationSettings,
    RedisSettings, RedshiftDataProviderSettings, RedshiftSettings, RefreshSchemasStatus,
    Replication, ReplicationConfig, ReplicationInstance, ReplicationInstanceTaskLog,
    ReplicationPendingModifiedValues, ReplicationStats, ReplicationSubnetGroup, ReplicationTask,
    ReplicationTaskAssessmentResult, ReplicationTaskAssessmentRun,
    ReplicationTaskAssessmentRunProgress, ReplicationTaskAssessmentRunResultStatistic,
    ReplicationTaskIndividualAssessment, ReplicationTaskStats, ResourcePendingMaintenanceActions,
    S3Settings, ScApplicationAttributes, SchemaConversionRequest, SchemaResponse,
    SchemaShortInfoResponse, ServerShortInfoResponse, SourceDataSetting,
    StartRecommendationsRequestEntry, StatementProperties, Subnet, SupportedEndpointType,
    SybaseAseDataProviderSettings, SybaseSettings, TableStatistics, TableToReload, Tag,
    TargetDataSetting, TimestreamSettings, VpcSecurityGroupMembership
}
