//! What the operations of DMS do, in our own words; for the other services the verb says it.

/// One sentence or two about an operation of DMS.
pub(super) fn words(name: &str) -> Option<&'static str> {
    let at = WORDS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    Some(WORDS[at].1)
}

/// Sorted by name.
const WORDS: &[(&str, &str)] = &[
    ("add_tags_to_resource", "Puts tags on a resource of DMS, by its ARN."),
    (
        "apply_pending_maintenance_action",
        "Says when maintenance that waits is carried out on a replication instance: at once, in the next window, or not.",
    ),
    (
        "batch_start_recommendations",
        "Starts target recommendations for several source databases of Fleet Advisor.",
    ),
    ("cancel_metadata_model_conversion", "Stops a schema conversion that runs."),
    ("cancel_metadata_model_creation", "Stops the creation of a metadata model that runs."),
    ("cancel_replication_task_assessment_run", "Stops a premigration assessment run."),
    (
        "create_data_migration",
        "Makes a homogeneous data migration in a migration project: the engine's own tools do the copying.",
    ),
    (
        "create_data_provider",
        "Describes a database for migration projects: where it is and what it is.",
    ),
    (
        "create_endpoint",
        "Makes an endpoint: how DMS reaches a source or a target. The kind dms.endpoint does this in a stack; test_connection shows whether it works.",
    ),
    ("create_event_subscription", "Sends events of DMS (failures, state changes) to an SNS topic."),
    ("create_fleet_advisor_collector", "Registers a data collector of Fleet Advisor."),
    ("create_instance_profile", "Describes the network in which migration projects run."),
    (
        "create_migration_project",
        "Ties a source, a target and an instance profile together for schema conversion and data migrations.",
    ),
    (
        "create_replication_config",
        "Makes a serverless replication: endpoints, mappings, settings and capacity limits in one. start_replication runs it.",
    ),
    (
        "create_replication_instance",
        "Makes the server that tasks run on. It takes minutes until it is available; it needs the role dms-vpc-role.",
    ),
    (
        "create_replication_subnet_group",
        "Names the subnets, in at least two availability zones, in which a replication instance may stand.",
    ),
    (
        "create_replication_task",
        "Makes a task: which tables go from a source to a target, and how. It is not started; start_replication_task does that.",
    ),
    ("delete_certificate", "Deletes a TLS certificate that no endpoint uses."),
    (
        "delete_connection",
        "Forgets the result of a connection test between an instance and an endpoint.",
    ),
    ("delete_data_migration", "Deletes a homogeneous data migration."),
    ("delete_data_provider", "Deletes a data provider that no project uses."),
    ("delete_endpoint", "Deletes an endpoint. Every task that uses it must be gone."),
    ("delete_event_subscription", "Ends an event subscription."),
    ("delete_fleet_advisor_collector", "Deletes a data collector of Fleet Advisor."),
    ("delete_fleet_advisor_databases", "Deletes databases that Fleet Advisor found."),
    ("delete_instance_profile", "Deletes an instance profile that no project uses."),
    ("delete_migration_project", "Deletes a migration project. It must not be in use."),
    ("delete_replication_config", "Deletes a serverless replication; it must be stopped."),
    (
        "delete_replication_instance",
        "Deletes a replication instance; its tasks must be deleted before.",
    ),
    ("delete_replication_subnet_group", "Deletes a subnet group that no instance uses."),
    (
        "delete_replication_task",
        "Deletes a task; it must not run. Its position in the source's log is lost: read recovery_checkpoint before.",
    ),
    (
        "delete_replication_task_assessment_run",
        "Deletes the record of an assessment run; its results in S3 stay.",
    ),
    ("describe_account_attributes", "The account's quotas of DMS and how much of each is used."),
    (
        "describe_applicable_individual_assessments",
        "The checks that a premigration assessment of a task, or of two engines, can make.",
    ),
    ("describe_certificates", "The TLS certificates that were imported."),
    (
        "describe_connections",
        "The results of connection tests, an entry for each pair of instance and endpoint.",
    ),
    ("describe_conversion_configuration", "The settings of a project's schema conversion."),
    ("describe_data_migrations", "Homogeneous data migrations with their state."),
    ("describe_data_providers", "Data providers."),
    ("describe_endpoint_settings", "The settings that an engine's endpoints take."),
    (
        "describe_endpoint_types",
        "The engines that can be a source or a target, and which of them support change capture.",
    ),
    ("describe_endpoints", "Endpoints with their settings; passwords are never among them."),
    ("describe_engine_versions", "The versions of the replication engine that the region offers."),
    ("describe_event_categories", "The categories of events that a subscription can ask for."),
    ("describe_event_subscriptions", "Event subscriptions with their state."),
    ("describe_events", "What happened to instances and tasks in the last days."),
    (
        "describe_extension_pack_associations",
        "The extension packs that were applied in a migration project.",
    ),
    ("describe_fleet_advisor_collectors", "The data collectors of Fleet Advisor."),
    ("describe_fleet_advisor_databases", "The databases that Fleet Advisor found."),
    ("describe_fleet_advisor_lsa_analysis", "What Fleet Advisor's large-scale assessment says."),
    (
        "describe_fleet_advisor_schema_object_summary",
        "How many objects of each sort the schemas hold that Fleet Advisor found.",
    ),
    ("describe_fleet_advisor_schemas", "The schemas that Fleet Advisor found."),
    ("describe_instance_profiles", "Instance profiles."),
    ("describe_metadata_model", "A metadata model of schema conversion."),
    ("describe_metadata_model_assessments", "The assessments of a project's metadata models."),
    ("describe_metadata_model_children", "The children of a node of a metadata model."),
    ("describe_metadata_model_conversions", "The schema conversions of a project."),
    ("describe_metadata_model_creations", "The creations of metadata models of a project."),
    ("describe_metadata_model_exports_as_script", "The exports of converted schemas as scripts."),
    (
        "describe_metadata_model_exports_to_target",
        "The exports of converted schemas to the target database.",
    ),
    ("describe_metadata_model_imports", "The imports of metadata models into a project."),
    ("describe_migration_projects", "Migration projects."),
    (
        "describe_orderable_replication_instances",
        "The instance classes that the region offers, with storage limits and engine versions.",
    ),
    ("describe_pending_maintenance_actions", "Maintenance that waits for replication instances."),
    (
        "describe_recommendation_limitations",
        "What the recommended targets can't do that the source does.",
    ),
    ("describe_recommendations", "The targets that Fleet Advisor recommends."),
    ("describe_refresh_schemas_status", "How far the reading of an endpoint's schemas has come."),
    ("describe_replication_configs", "Serverless replications as they are configured."),
    (
        "describe_replication_instance_task_logs",
        "How much space the logs of each task take on an instance.",
    ),
    (
        "describe_replication_instances",
        "Replication instances with their state, class, storage and network.",
    ),
    ("describe_replication_subnet_groups", "Subnet groups with their subnets and zones."),
    ("describe_replication_table_statistics", "The table statistics of a serverless replication."),
    ("describe_replication_task_assessment_results", "The results of the older task assessment."),
    (
        "describe_replication_task_assessment_runs",
        "Premigration assessment runs with their state and progress.",
    ),
    ("describe_replication_task_individual_assessments", "The single checks of an assessment run."),
    (
        "describe_replication_tasks",
        "Tasks with their state, statistics, settings, mappings, stop reason and checkpoint.",
    ),
    (
        "describe_replications",
        "Serverless replications as they run, with their state and statistics.",
    ),
    ("describe_schemas", "The schemas of an endpoint, as refresh_schemas read them last."),
    (
        "describe_table_statistics",
        "For each table of a task: its state, rows loaded, changes applied, and what validation found.",
    ),
    ("export_metadata_model_assessment", "Writes the assessment of a schema conversion to S3."),
    ("get_target_selection_rules", "The rules of a conversion as selection rules for the target."),
    ("import_certificate", "Imports a TLS certificate (PEM, or an Oracle wallet) for endpoints."),
    ("list_tags_for_resource", "The tags of resources of DMS, by ARN."),
    ("modify_conversion_configuration", "Changes the settings of a project's schema conversion."),
    ("modify_data_migration", "Changes a homogeneous data migration."),
    ("modify_data_provider", "Changes a data provider."),
    (
        "modify_endpoint",
        "Changes an endpoint. Tasks that use it must not run, and take the change when they start again.",
    ),
    ("modify_event_subscription", "Changes an event subscription."),
    ("modify_instance_profile", "Changes an instance profile."),
    ("modify_migration_project", "Changes a migration project."),
    ("modify_replication_config", "Changes a serverless replication; it must be stopped."),
    (
        "modify_replication_instance",
        "Changes an instance: class, storage, version, Multi-AZ. Without apply_immediately it waits for the maintenance window; a change of class or version interrupts its tasks.",
    ),
    ("modify_replication_subnet_group", "Changes the subnets of a group."),
    (
        "modify_replication_task",
        "Changes the mappings, the settings or the start position of a task; it must not run.",
    ),
    (
        "move_replication_task",
        "Moves a task to another instance of the same or a newer engine version, and keeps its position; it must be stopped.",
    ),
    (
        "reboot_replication_instance",
        "Restarts an instance, for Multi-AZ on request by a failover. Its tasks are interrupted and go on by themselves.",
    ),
    (
        "refresh_schemas",
        "Reads the schemas of an endpoint's database anew; describe_refresh_schemas_status tells how far.",
    ),
    ("reload_replication_tables", "Loads tables of a serverless replication again."),
    (
        "reload_tables",
        "Loads tables of a running task again, at most ten in a call. What the target holds is lost as far as the preparation mode says; validate-only compares without loading.",
    ),
    ("remove_tags_from_resource", "Takes tags off a resource of DMS, by their keys."),
    ("run_fleet_advisor_lsa_analysis", "Starts Fleet Advisor's large-scale assessment."),
    ("start_data_migration", "Starts a homogeneous data migration."),
    (
        "start_extension_pack_association",
        "Applies the extension pack of schema conversion to the target.",
    ),
    ("start_metadata_model_assessment", "Starts the assessment of a schema."),
    ("start_metadata_model_conversion", "Starts the conversion of a schema."),
    ("start_metadata_model_creation", "Starts the creation of a metadata model."),
    ("start_metadata_model_export_as_script", "Writes a converted schema to S3 as a script."),
    ("start_metadata_model_export_to_target", "Applies a converted schema to the target."),
    ("start_metadata_model_import", "Reads a database's schema into a project."),
    ("start_recommendations", "Starts target recommendations for a database of Fleet Advisor."),
    ("start_replication", "Starts a serverless replication, or resumes it."),
    (
        "start_replication_task",
        "Starts a task: start-replication the first time, resume-processing to go on from its checkpoint, reload-target to begin anew, which loses what the target holds as far as the preparation mode says.",
    ),
    (
        "start_replication_task_assessment",
        "Starts the older assessment of a task's data types; the task must be stopped and loaded by one source and one target.",
    ),
    (
        "start_replication_task_assessment_run",
        "Starts premigration checks of a task; the results go to an S3 bucket.",
    ),
    ("stop_data_migration", "Stops a homogeneous data migration."),
    ("stop_replication", "Stops a serverless replication."),
    ("stop_replication_task", "Stops a task; it keeps its checkpoint and can be resumed."),
    (
        "test_connection",
        "Tries to reach an endpoint's database from an instance. It answers at once with \"testing\"; describe_connections has the result.",
    ),
    ("update_subscriptions_to_event_bridge", "Moves all event subscriptions to EventBridge."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_dms_is_described_and_nothing_else() {
        let described: Vec<&str> = WORDS.iter().map(|(name, _)| *name).collect();
        assert!(described.is_sorted());
        let service = dmsrun_aws::registry::service("dms").expect("there is DMS");
        let known: Vec<&str> = service.operations().iter().map(|o| o.name).collect();
        assert_eq!(described, known);
        assert!(WORDS.iter().all(|(_, text)| text.ends_with('.')));
    }
}
