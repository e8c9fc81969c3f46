//! A plan as JSON, for `plan --json`. Secrets are never in it.

use crate::{
    diff::{Difference, Side},
    plan::{Action, Plan, Step},
};
use dmsrun_base::ResourceId;
use serde_json::{Value as Json, json};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The plan as one object.
pub fn json(plan: &Plan) -> Json {
    json!({
        "dmsrun": "plan",
        "version": VERSION,
        "stack": plan.stack,
        "has_changes": plan.has_changes(),
        "summary": {
            "create": plan.count(Action::Create),
            "update": plan.count(Action::Update),
            "replace": plan.count(Action::Replace),
            "may_replace": plan.may_replace(),
            "delete": plan.count(Action::Delete),
            "wait": plan.count(Action::Wait),
            "unchanged": plan.unchanged.len(),
            "kept": plan.kept.len(),
        },
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "unchanged": plan.unchanged.iter().map(ResourceId::to_string).collect::<Vec<_>>(),
        "kept": plan.kept.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>(),
    })
}

fn step(step: &Step) -> Json {
    json!({
        "resource": step.resource.to_string(),
        "kind": step.resource.kind,
        "id": step.resource.id,
        "action": step.action.word(),
        "reason": step.reason,
        "physical": step.live.as_ref().map(|l| &l.physical),
        "generation": step.generation,
        "delete_first": step.delete_first,
        "may_replace": step.may_replace,
        "effect": step.effect,
        "loses_data": step.loses_data,
        "at": step.span().map(|s| json!({"file": s.file, "line": s.line})),
        "changes": step.differences.iter().map(change).collect::<Vec<_>>(),
    })
}

fn change(difference: &Difference) -> Json {
    let sensitive = difference.from == Side::Sensitive || difference.to == Side::Sensitive;
    json!({
        "path": difference.path,
        "from": side(&difference.from),
        "to": side(&difference.to),
        "text": difference.text,
        "known_after_apply": difference.to == Side::Unknown,
        "sensitive": sensitive,
    })
}

fn side(side: &Side) -> Json {
    match side {
        Side::Known(value) => value.to_json(),
        Side::Sensitive => Json::from("(sensitive)"),
        Side::Absent | Side::Unknown => Json::Null,
    }
}
