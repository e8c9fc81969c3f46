//! Roles and policies: nothing is deleted while something depends on it, documents are documents, AWS's
//! own policies are there, and a role is shown with all that it has.

use crate::{
    account::Call,
    form::Form,
    managed_policies,
    request::Request,
    services::{GLOBAL, Service},
    wire::{Answer, Refusal, query_answer},
};
use serde_json::{Value as Json, json};

pub(super) fn before(
    service: &Service,
    request: &Request,
    call: &Call<'_>,
) -> Result<Option<Answer>, Refusal> {
    let managed = service.read(GLOBAL, |state| {
        state["policies"]
            .as_object()
            .is_some_and(|all| all.keys().any(|arn| managed_policies::is_managed_by_aws(arn)))
    });
    if !managed {
        service.edit(GLOBAL, managed_policies::add_to);
    }
    let form = Form::parse(&request.body);
    let name = form.get("RoleName").unwrap_or_default();
    match call.operation {
        "CreateRole" => check_document(&form, "AssumeRolePolicyDocument")?,
        "UpdateAssumeRolePolicy" | "PutRolePolicy" | "CreatePolicy" | "CreatePolicyVersion" => {
            check_document(&form, "PolicyDocument")?;
        }
        "DeleteRole" => delete_role(service, name)?,
        "DeletePolicy" => delete_policy(service, form.get("PolicyArn").unwrap_or_default())?,
        "GetRole" => {
            let role = service.read(GLOBAL, |state| shown(&state["roles"][name], true));
            return Ok(role.map(|role| query_answer("GetRole", &json!({ "Role": role }))));
        }
        "ListRoles" => return list_roles(service, &form).map(Some),
        "GetAccountAuthorizationDetails" => return details(service, &form).map(Some),
        "GetRolePolicy" => return Ok(role_policy(service, &form)),
        "GetPolicyVersion" => return Ok(policy_version(service, &form)),
        _ => {}
    }
    Ok(None)
}

pub(super) fn after(service: &Service, request: &Request, call: &Call<'_>, answer: &mut Answer) {
    if call.operation == "CreateRole" && answer.status < 300 {
        let form = Form::parse(&request.body);
        let name = form.get("RoleName").unwrap_or_default();
        if let Some(boundary) = form.get("PermissionsBoundary") {
            // Winterbaume forgets it here, and keeps it where it is put later.
            service.edit(GLOBAL, |state| {
                state["roles"][name]["permissions_boundary"] = json!(boundary);
            });
        }
        if let Some(role) = service.read(GLOBAL, |state| shown(&state["roles"][name], true)) {
            *answer = query_answer("CreateRole", &json!({ "Role": role }));
        }
    }
}

/// Documents are shown percent-encoded.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// A role as it is described; lists leave out its tags.
fn shown(role: &Json, tags: bool) -> Option<Json> {
    let text = |member: &str| role[member].as_str();
    let mut out = json!({
        "Path": text("path")?, "RoleName": text("name")?, "RoleId": text("role_id")?,
        "Arn": text("arn")?, "CreateDate": text("create_date"),
        "AssumeRolePolicyDocument": encode(text("assume_role_policy_document")?),
        "Description": text("description").filter(|d| !d.is_empty()),
        "MaxSessionDuration": role["max_session_duration"],
    });
    if let Some(boundary) = text("permissions_boundary") {
        out["PermissionsBoundary"] = json!({
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary,
        });
    }
    if tags {
        let all = role["tags"].as_object().into_iter().flatten();
        out["Tags"] = all.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        out["RoleLastUsed"] = json!({});
    }
    Some(out)
}

fn list_roles(service: &Service, form: &Form) -> Result<Answer, Refusal> {
    let prefix = form.get("PathPrefix").unwrap_or("/");
    let most = form.integer("MaxItems")?.and_then(|n| usize::try_from(n).ok()).unwrap_or(100);
    let after = form.get("Marker").unwrap_or_default();
    let mut roles: Vec<Json> = service.read(GLOBAL, |state| {
        let all = state["roles"].as_object().into_iter().flatten();
        all.filter(|(name, role)| {
            name.as_str() > after && role["path"].as_str().is_some_and(|p| p.starts_with(prefix))
        })
        .filter_map(|(_, role)| shown(role, false))
        .collect()
    });
    roles.sort_by(|a, b| a["RoleName"].as_str().cmp(&b["RoleName"].as_str()));
    let more = roles.len() > most;
    roles.truncate(most);
    let marker = roles.last().filter(|_| more).map(|role| role["RoleName"].clone());
    Ok(query_answer("ListRoles", &json!({ "Roles": roles, "IsTruncated": more, "Marker": marker })))
}

/// Roles with everything that they have; of users, groups and policies there is nothing to tell.
fn details(service: &Service, form: &Form) -> Result<Answer, Refusal> {
    let filter = form.list("Filter.member");
    let wanted = filter.is_empty() || filter.iter().any(|f| f == "Role");
    let most = form.integer("MaxItems")?.and_then(|n| usize::try_from(n).ok()).unwrap_or(100);
    let after = form.get("Marker").unwrap_or_default();
    let mut roles: Vec<Json> = service.read(GLOBAL, |state| {
        let all = state["roles"].as_object().into_iter().flatten();
        all.filter(|(name, _)| wanted && name.as_str() > after)
            .filter_map(|(_, role)| detailed(role))
            .collect()
    });
    roles.sort_by(|a, b| a["RoleName"].as_str().cmp(&b["RoleName"].as_str()));
    let more = roles.len() > most;
    roles.truncate(most);
    let marker = roles.last().filter(|_| more).map(|role| role["RoleName"].clone());
    Ok(query_answer(
        "GetAccountAuthorizationDetails",
        &json!({ "RoleDetailList": roles, "IsTruncated": more, "Marker": marker }),
    ))
}

/// A role as the account's details show it: with its policies, without its description.
fn detailed(role: &Json) -> Option<Json> {
    let mut out = shown(role, true)?;
    let inline = role["inline_policies"].as_array().into_iter().flatten();
    let attached = role["attached_policies"].as_array().into_iter().flatten();
    let members = out.as_object_mut()?;
    members.remove("Description");
    members.remove("MaxSessionDuration");
    let inline: Vec<Json> = inline
        .filter_map(|p| {
            let document = encode(p["policy_document"].as_str()?);
            Some(json!({ "PolicyName": p["policy_name"], "PolicyDocument": document }))
        })
        .collect();
    let attached: Vec<Json> = attached
        .map(|p| json!({ "PolicyName": p["policy_name"], "PolicyArn": p["policy_arn"] }))
        .collect();
    members.insert("RolePolicyList".to_owned(), inline.into());
    members.insert("AttachedManagedPolicies".to_owned(), attached.into());
    Some(out)
}

fn role_policy(service: &Service, form: &Form) -> Option<Answer> {
    let (role, policy) = (form.get("RoleName")?, form.get("PolicyName")?);
    let document = service.read(GLOBAL, |state| {
        let all = state["roles"].get(role)?["inline_policies"].as_array()?;
        let found = all.iter().find(|p| p["policy_name"] == policy)?;
        found["policy_document"].as_str().map(encode)
    })?;
    Some(query_answer(
        "GetRolePolicy",
        &json!({ "RoleName": role, "PolicyName": policy, "PolicyDocument": document }),
    ))
}

fn policy_version(service: &Service, form: &Form) -> Option<Answer> {
    let (arn, version) = (form.get("PolicyArn")?, form.get("VersionId")?);
    let shown = service.read(GLOBAL, |state| {
        let all = state["policies"].get(arn)?["versions"].as_array()?;
        let found = all.iter().find(|v| v["version_id"] == version)?;
        Some(json!({
            "VersionId": version, "IsDefaultVersion": found["is_default_version"],
            "CreateDate": found["create_date"], "Document": encode(found["document"].as_str()?),
        }))
    })?;
    Some(query_answer("GetPolicyVersion", &json!({ "PolicyVersion": shown })))
}

fn check_document(form: &Form, parameter: &str) -> Result<(), Refusal> {
    let Some(text) = form.get(parameter) else { return Ok(()) };
    let bad = |why: &str| Refusal::new("MalformedPolicyDocument", why);
    let document: Json =
        serde_json::from_str(text).map_err(|_| bad("This policy contains invalid Json"))?;
    let statements = match &document["Statement"] {
        Json::Array(all) => all.clone(),
        Json::Null => return Err(bad("Syntax errors in policy.")),
        one => vec![one.clone()],
    };
    for statement in &statements {
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
            return Err(bad("Syntax errors in policy."));
        }
        let principal = statement.get("Principal").or(statement.get("NotPrincipal"));
        match (parameter, form.get("RoleName"), principal) {
            ("AssumeRolePolicyDocument", _, None) => {
                return Err(bad("AssumeRole policy must contain principals"));
            }
            ("PolicyDocument", _, Some(_)) if form.get("PolicyName").is_some() => {
                return Err(bad("Policy document should not specify a principal."));
            }
            _ => {}
        }
    }
    Ok(())
}

fn conflict(message: &str) -> Refusal {
    Refusal::new("DeleteConflict", message).status(409)
}

fn delete_role(service: &Service, name: &str) -> Result<(), Refusal> {
    service.read(GLOBAL, |state| {
        let role = &state["roles"][name];
        let has = |member: &str| role[member].as_array().is_some_and(|all| !all.is_empty());
        if has("attached_policies") {
            return Err(conflict("Cannot delete entity, must detach all policies first."));
        }
        if has("inline_policies") {
            return Err(conflict("Cannot delete entity, must delete policies first."));
        }
        let profiles = state["instance_profiles"].as_object();
        let holds = |profile: &Json| {
            profile["roles"].as_array().is_some_and(|roles| roles.iter().any(|role| role == name))
        };
        if profiles.is_some_and(|all| all.values().any(holds)) {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(conflict(message));
        }
        Ok(())
    })
}

fn delete_policy(service: &Service, arn: &str) -> Result<(), Refusal> {
    if managed_policies::is_managed_by_aws(arn) {
        let message = format!(
            "User is not authorized to perform: iam:DeletePolicy on resource: policy {arn}"
        );
        return Err(Refusal::new("AccessDenied", message).status(403));
    }
    service.read(GLOBAL, |state| {
        let attached = |kind: &str| {
            let all = state[kind].as_object();
            all.is_some_and(|all| {
                all.values().any(|entity| {
                    let policies = entity["attached_policies"].as_array();
                    policies.is_some_and(|all| all.iter().any(|p| p["policy_arn"] == arn))
                })
            })
        };
        if ["roles", "users", "groups"].into_iter().any(attached) {
            return Err(conflict("Cannot delete a policy attached to entities."));
        }
        let versions = state["policies"][arn]["versions"].as_array();
        if versions.is_some_and(|all| all.len() > 1) {
            let message = "This policy has more than one version. Before you delete a policy, you \
                           must delete the policy's versions. The default version is deleted with \
                           the policy.";
            return Err(conflict(message));
        }
        Ok(())
    })
}
