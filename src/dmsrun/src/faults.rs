//! Faults of the local AWS as people type them. A slip in a name would rehearse nothing and look as if
//! it had gone well, so names are those of the services, and what never struck is told in the end.

use crate::ui::Terminal;
use dmsrun_aws::registry::{self, Service};
use dmsrun_diag::{Diagnostic, Exit, did_you_mean};
use dmsrun_local::{Fault, Faults, Local};

/// What stands for operations without being one.
const WORDS: [&str; 3] = ["*", "mutating", "reading"];

/// Sets a fault of its text.
///
/// # Errors
/// Where the text is no fault, or names what no service has.
pub fn set(local: &Local, text: &str) -> Result<(), Diagnostic> {
    let bad = |what: String| Diagnostic::error("The fault is not valid").what(what);
    let fault: Fault = text.parse().map_err(|what| bad(what).exit(Exit::Usage))?;
    if let Err((what, hint)) = known(&fault) {
        let bad = bad(format!("{what} in fault \"{text}\"")).exit(Exit::Usage);
        return Err(bad.hint(hint));
    }
    local.faults().set_text(text).map_err(|what| bad(what).exit(Exit::Usage))
}

/// The text of a fault on a command line, where it is one: a slip is told before anything is done.
///
/// # Errors
/// As [`set`].
pub fn checked(text: &str) -> Result<String, String> {
    let fault: Fault = text.parse()?;
    match known(&fault) {
        Ok(()) => Ok(text.to_owned()),
        Err((what, hint)) => Err(format!("{what}. {hint}")),
    }
}

/// What is not known of a fault's service and operation, and what to do.
fn known(fault: &Fault) -> Result<(), (String, String)> {
    let services: Vec<&Service> = match fault.service.as_str() {
        "*" => registry::services().iter().collect(),
        name => match registry::service(name) {
            Some(service) => vec![service],
            None => {
                let names = registry::services().iter().map(|service| service.name);
                let list = names.clone().collect::<Vec<_>>().join(", ");
                let hint = did_you_mean(name, names)
                    .unwrap_or_else(|| format!("The services are: {list}; * stands for all."));
                return Err((format!("unknown service \"{name}\""), hint));
            }
        },
    };
    let name = fault.operation.as_str();
    let operations = services.iter().flat_map(|service| service.operations());
    if WORDS.contains(&name) || operations.clone().any(|operation| operation.wire_name == name) {
        return Ok(());
    }
    // As Lua spells it, it is meant all the same.
    let meant = operations.clone().find(|operation| operation.name == name);
    let hint = match meant {
        Some(operation) => Some(format!("Did you mean \"{}\"?", operation.wire_name)),
        None => did_you_mean(name, operations.map(|operation| operation.wire_name).chain(WORDS)),
    };
    let of = match fault.service.as_str() {
        "*" => String::new(),
        service => format!(" of {service}"),
    };
    let hint = hint.unwrap_or_else(|| {
        "Name the operation as AWS does, such as CreateEndpoint; or *, mutating, reading.".into()
    });
    Err((format!("unknown operation \"{name}\"{of}"), hint))
}

/// Tells of faults that struck nothing, when the session ends: what they were to show was not seen.
pub struct Watch {
    faults: Faults,
    ui: Terminal,
}

impl Watch {
    /// Watches the faults that the command line sets.
    pub fn new(local: &Local, ui: &Terminal) -> Self {
        Self { faults: local.faults(), ui: ui.clone() }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for fault in self.faults.unstruck() {
            let calls = match fault.seen {
                0 => "no such call was made".to_owned(),
                1 => "such a call was made once".to_owned(),
                times => format!("such a call was made {times} times"),
            };
            self.ui.show(
                &Diagnostic::warning("A fault never struck")
                    .what(format!("--fault {}: {calls}", fault.text))
                    .hint("What it was to show was not rehearsed."),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn complaint(text: &str) -> Option<String> {
        known(&text.parse().unwrap()).err().map(|(what, hint)| format!("{what}. {hint}"))
    }

    #[test]
    fn a_misspelt_fault_is_refused() {
        let cases = [
            (
                "dms:CreateEndpont#1=kill",
                "unknown operation \"CreateEndpont\" of dms. Did you mean \"CreateEndpoint\"",
            ),
            (
                "dms:create_endpoint#1=kill",
                "unknown operation \"create_endpoint\" of dms. Did you mean \"CreateEndpoint\"",
            ),
            ("dsm:CreateEndpoint=drop", "unknown service \"dsm\". Did you mean \"dms\""),
            ("*:CreateVpcs=drop", "unknown operation \"CreateVpcs\". Did you mean \"CreateVpc\""),
            ("*:mutate#1=kill", "unknown operation \"mutate\". Did you mean \"mutating\""),
            ("ec2:CreateEndpoint=drop", "unknown operation \"CreateEndpoint\" of ec2. "),
        ];
        for (text, wanted) in cases {
            let found = complaint(text).unwrap();
            assert!(found.starts_with(wanted), "{found}");
        }
        for text in
            ["*:*=jitter 2", "*:mutating#3=kill", "dms:reading=stale 5", "s3:PutObject=drop"]
        {
            assert_eq!(complaint(text), None);
        }
    }
}
