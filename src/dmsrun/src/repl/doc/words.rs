//! What operations do, in our own words for DMS, and by their names everywhere else.

/// The operations of DMS that an operator meets, sorted by name.
const DMS: &[(&str, &str)] = &[
    (
        "add_tags_to_resource",
        "Adds tags to a resource of DMS; a key that is there gets the new value.",
    ),
    (
        "apply_pending_maintenance_action",
        "Applies pending maintenance to a replication instance now or in its window; its tasks pause meanwhile.",
    ),
    ("cancel_replication_task_assessment_run", "Stops a premigration assessment that is running."),
    (
        "create_endpoint",
        "Makes an endpoint: how DMS reaches one database, as source or as target. Nothing connects before test_connection or a task does.",
    ),
    ("create_event_subscription", "Sends events of tasks or instances to an SNS topic."),
    (
        "create_replication_config",
        "Makes a serverless replication: endpoints, mappings, settings and capacity limits in one.",
    ),
    (
        "create_replication_instance",
        "Makes a replication instance, the machine that tasks run on; takes about ten minutes and is billed from then on.",
    ),
    (
        "create_replication_subnet_group",
        "Names the subnets, in two zones at least, that replication instances may live in.",
    ),
    (
        "create_replication_task",
        "Makes a task: which tables go from which source to which target, and how. It does not start it.",
    ),
    ("delete_certificate", "Deletes a certificate that no endpoint uses."),
    (
        "delete_connection",
        "Forgets the result of a connection test between an instance and an endpoint.",
    ),
    ("delete_endpoint", "Deletes an endpoint; refused while a task uses it."),
    ("delete_event_subscription", "Deletes an event subscription."),
    ("delete_replication_config", "Deletes a serverless replication."),
    (
        "delete_replication_instance",
        "Deletes a replication instance; refused while tasks are on it.",
    ),
    ("delete_replication_subnet_group", "Deletes a subnet group that no instance uses."),
    (
        "delete_replication_task",
        "Deletes a task that does not run, with its checkpoint: it can't be resumed after that.",
    ),
    (
        "describe_account_attributes",
        "Shows the quotas of DMS in this account and how much of them is used.",
    ),
    (
        "describe_applicable_individual_assessments",
        "Lists the premigration assessments that fit a task or a pair of engines.",
    ),
    ("describe_certificates", "Lists the certificates for TLS to databases."),
    (
        "describe_connections",
        "Lists the connection tests between instances and endpoints with their results.",
    ),
    ("describe_endpoint_settings", "Lists the settings that an engine's endpoints take."),
    ("describe_endpoint_types", "Lists the engines, as source and as target."),
    ("describe_endpoints", "Lists the endpoints."),
    ("describe_engine_versions", "Lists the versions of the replication engine that can be had."),
    ("describe_event_categories", "Lists the categories of events that can be subscribed to."),
    ("describe_event_subscriptions", "Lists the event subscriptions."),
    ("describe_events", "Lists the events of the last days, up to 14."),
    (
        "describe_orderable_replication_instances",
        "Lists the instance classes that can be had, with versions and zones.",
    ),
    (
        "describe_pending_maintenance_actions",
        "Lists maintenance that waits for replication instances.",
    ),
    ("describe_replication_configs", "Lists the serverless replications as configured."),
    (
        "describe_replication_instance_task_logs",
        "Shows how much disk the logs of tasks take on an instance.",
    ),
    ("describe_replication_instances", "Lists the replication instances."),
    ("describe_replication_subnet_groups", "Lists the subnet groups."),
    (
        "describe_replication_table_statistics",
        "Lists the tables of a serverless replication with rows and states.",
    ),
    (
        "describe_replication_task_assessment_results",
        "Lists the results of the older, whole task assessments.",
    ),
    (
        "describe_replication_task_assessment_runs",
        "Lists the premigration assessment runs of tasks.",
    ),
    (
        "describe_replication_task_individual_assessments",
        "Lists the single checks of premigration assessment runs with their results.",
    ),
    (
        "describe_replication_tasks",
        "Lists the tasks with status, stop reason and statistics. without_settings leaves the long settings out.",
    ),
    ("describe_replications", "Lists the serverless replications as they run."),
    (
        "describe_schemas",
        "Lists the schemas of an endpoint's database, as of the last refresh_schemas.",
    ),
    (
        "describe_table_statistics",
        "Lists the tables of a task with rows loaded, changes applied, and their validation.",
    ),
    ("import_certificate", "Uploads a certificate, PEM or Oracle wallet, for endpoints."),
    ("list_tags_for_resource", "Lists the tags of a resource of DMS."),
    (
        "modify_endpoint",
        "Changes an endpoint. Tasks that use it must not run; they see the change when they start again.",
    ),
    ("modify_event_subscription", "Changes an event subscription."),
    ("modify_replication_config", "Changes a serverless replication that does not run."),
    (
        "modify_replication_instance",
        "Changes an instance, now or in its maintenance window; class and version interrupt its tasks.",
    ),
    ("modify_replication_subnet_group", "Changes the subnets of a subnet group."),
    (
        "modify_replication_task",
        "Changes a task that does not run: mappings, settings, type or start position.",
    ),
    ("move_replication_task", "Moves a stopped task to another instance and keeps its checkpoint."),
    ("reboot_replication_instance", "Restarts an instance; its tasks go on afterwards."),
    ("refresh_schemas", "Reads the schemas of an endpoint's database anew."),
    (
        "reload_replication_tables",
        "Loads tables of a serverless replication again; what the target holds of them is lost.",
    ),
    (
        "reload_tables",
        "Loads tables of a running task again; what the target holds of them is lost.",
    ),
    ("remove_tags_from_resource", "Removes tags from a resource of DMS."),
    ("start_replication", "Starts, resumes or reloads a serverless replication."),
    (
        "start_replication_task",
        "Starts a task: start-replication the first time, resume-processing from its checkpoint, reload-target from nothing, which loses what the target holds.",
    ),
    (
        "start_replication_task_assessment_run",
        "Starts a premigration assessment of a task that does not run; its report goes to S3.",
    ),
    ("stop_replication", "Stops a serverless replication."),
    (
        "stop_replication_task",
        "Stops a running task. Replication is interrupted until it is resumed.",
    ),
    (
        "test_connection",
        "Tries whether an instance reaches an endpoint's database; the result shows in describe_connections.",
    ),
];

/// A sentence on an operation.
pub fn of(service: &str, operation: &str) -> String {
    if service == "dms"
        && let Ok(at) = DMS.binary_search_by(|(name, _)| (*name).cmp(operation))
    {
        return DMS[at].1.to_owned();
    }
    let (verb, noun) = operation.split_once('_').unwrap_or((operation, ""));
    let noun = noun.replace('_', " ");
    let verb = match verb {
        "describe" | "list" => "Lists",
        "get" | "head" => "Reads",
        "create" | "allocate" => "Makes",
        "delete" | "release" => "Deletes",
        "modify" | "update" | "set" => "Changes",
        "put" => "Writes",
        "attach" | "associate" => "Attaches",
        "detach" | "disassociate" => "Detaches",
        "tag" => "Adds tags to",
        "untag" => "Removes tags from",
        "enable" => "Switches on",
        "disable" => "Switches off",
        "start" => "Starts",
        "stop" => "Stops",
        other => {
            let mut letters = other.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            return format!("{first}{} {noun}.", letters.as_str()).replace(" .", ".");
        }
    };
    format!("{verb} {noun}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_aws::registry;

    #[test]
    fn the_list_is_sorted_and_names_operations_that_exist() {
        assert!(DMS.is_sorted_by_key(|(name, _)| *name));
        for (name, _) in DMS {
            assert!(registry::find("dms", name).is_ok(), "{name}");
        }
    }

    #[test]
    fn other_operations_are_told_by_their_names() {
        assert_eq!(of("s3", "put_bucket_tagging"), "Writes bucket tagging.");
        assert_eq!(of("sns", "publish"), "Publish.");
    }
}
