//! What operations do, in our own words for DMS, and by their names everywhere else.

/// A sentence on an operation.
pub fn of(service: &str, operation: &str) -> String {
    if let Some(words) = dmsrun_lua::reference::words(service, operation) {
        return words.to_owned();
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

    #[test]
    fn an_operation_of_dms_is_told_in_the_words_of_the_reference() {
        let words = dmsrun_lua::reference::words("dms", "create_data_migration");
        assert_eq!(Some(of("dms", "create_data_migration").as_str()), words);
    }

    #[test]
    fn other_operations_are_told_by_their_names() {
        assert_eq!(of("s3", "put_bucket_tagging"), "Writes bucket tagging.");
        assert_eq!(of("sns", "publish"), "Publish.");
    }
}
