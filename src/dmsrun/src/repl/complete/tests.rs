//! What completion finds behind a path, in a session on a host of its own.

use super::{
    context::{self, Place},
    resolve,
};
use crate::repl::{doc, session::Session};
use dmsrun_lua::{Host, HostConfig, reference::source::Sort};

/// Runs `f` in a session that knows what the prompt knows.
fn in_session(f: impl FnOnce(&Session<'_>)) {
    let mut config = HostConfig::bare();
    config.local = true;
    let host = Host::new(config).expect("a host");
    crate::repl::globals(&host).expect("globals");
    f(&Session::new(&host).expect("a session"));
}

/// The members that may follow, those that can be called behind a colon.
fn found(session: &Session<'_>, before: &str) -> Vec<String> {
    let Place::Member(path, method) = context::context(before).place else { return Vec::new() };
    let Some(found) = resolve::resolve(session, &path) else { return Vec::new() };
    let names = resolve::names(session, &found).into_iter();
    names.filter(|(_, callable)| !method || *callable).map(|(name, _)| name).collect()
}

#[track_caller]
fn has(session: &Session<'_>, before: &str, names: &[&str]) {
    let found = found(session, before);
    for name in names {
        assert!(found.iter().any(|n| n == name), "{before} lacks {name}: {found:?}");
    }
}

#[test]
fn the_methods_of_a_call_s_result_come_from_its_annotation() {
    in_session(|session| {
        has(session, "map.include(\"a\"):", &["where", "order", "views", "named"]);
        has(session, "map.table(\"a.b\"):rename(\"c\"):", &["lobs", "lowercase"]);
        has(session, "map.rules{}:", &["json", "diff", "check"]);
        has(session, "task(\"x\"):", &["status", "stats", "logs", "stop", "resume", "reload"]);
        has(session, "task \"x\":", &["diagnose"]);
        has(session, "stack.new(\"x\"):", &["add", "plan", "apply"]);
        has(session, "stack.new(\"x\"):plan():", &["text", "risks"]);
        has(session, "stack.new(\"x\"):add(\"ec2.vpc\", \"v\", {}).", &["vpc_id", "cidr_block"]);
        has(session, "settings {}:", &["json", "diff"]);
        has(session, "time.now():", &["sub", "match"]);
        has(session, "(\"x\"):rep(3):", &["upper"]);
        has(session, "aws.whoami().", &["account", "region"]);
        has(session, "require(\"mappings\").", &["include"]);
        has(session, "local s = stack.new(\"x\") s:", &["add"]);
    });
}

#[test]
fn what_an_operation_answers_has_the_members_of_the_registry() {
    in_session(|session| {
        let path = "aws.dms.describe_endpoints {}";
        has(session, &format!("{path}."), &["endpoints", "marker"]);
        has(session, &format!("{path}.endpoints[1]."), &["endpoint_arn", "s3_settings"]);
        has(session, "aws.pages(aws.dms.describe_endpoints)[1].", &["endpoint_arn"]);
        let each = "for e in aws.each(aws.dms.describe_endpoints) do e.";
        has(session, each, &["endpoint_arn"]);
        has(session, "aws.dms.describe_endpoints {}.marker:", &["upper"]);
    });
}

#[test]
fn whatever_a_function_gives_is_followed_where_its_annotation_names_a_class_with_members() {
    in_session(|session| {
        let calls = doc::with_reference(session, |reference| {
            let classes: Vec<&str> = reference
                .modules()
                .iter()
                .flat_map(|module| module.items.iter().map(move |item| (module, item)))
                .filter(|(module, class)| {
                    class.sort == Sort::Class
                        && module.items.iter().any(|item| {
                            item.method && item.owner == class.owner && !item.is_private()
                        })
                })
                .map(|(_, class)| class.name.as_str())
                .collect();
            let mut calls = Vec::new();
            for module in reference.modules().iter().filter(|m| !m.name.contains('.')) {
                for item in &module.items {
                    let gives = item.results().into_iter().next().map(|result| result.ty);
                    let own = item.sort == Sort::Function && item.owner == module.local;
                    if own && gives.is_some_and(|ty| classes.contains(&ty.as_str())) {
                        calls.push(format!("{}.{}():", module.name, item.name));
                    }
                }
            }
            calls
        });
        assert!(calls.len() > 10, "{calls:?}");
        for call in calls {
            assert!(!found(session, &call).is_empty(), "nothing follows {call}");
        }
    });
}

#[test]
fn a_value_s_methods_are_annotated_where_a_check_of_arguments_stands_around_them() {
    in_session(|session| {
        session.host().lua().load("sel = map.include \"a.b\"").exec().expect("it runs");
        has(session, "sel:where(\"a\", \"=\", 1):", &["where", "order"]);
        let Place::Name(Some(call)) = context::context("sel:where(").place else { panic!() };
        let found = resolve::resolve(session, &call.callee).expect("a method");
        assert_eq!(doc::signature(session, &found).as_deref(), Some("(column, operator, ...)"));
    });
}

#[test]
fn the_settings_of_an_endpoint_are_completed_in_a_stack_too() {
    in_session(|session| {
        let before = "s:add(\"dms.endpoint\", \"e\", { s3_settings = { compression_type = \"";
        let Place::Text(Some(call)) = context::context(before).place else { panic!() };
        let members = super::members::of(session, &call);
        let found = members.iter().find(|member| member.name == "compression_type");
        assert_eq!(found.expect("a member").words, ["gzip", "none"]);
    });
}

#[test]
fn nothing_is_called_to_find_what_a_call_gives() {
    in_session(|session| {
        let host = session.host();
        let code = "called = 0  function effect() called = called + 1 return stack.new(\"x\") end";
        host.lua().load(code).exec().expect("it runs");
        assert_eq!(found(session, "effect():"), Vec::<String>::new());
        let called: i64 = host.lua().globals().get("called").expect("a number");
        assert_eq!(called, 0);
    });
}
