//! The table of `sts` (Security Token Service): printed by `generate.py` from
//! aws-sdk-sts 1.124.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_sts as sdk;

use crate::shape::macros::*;

operations! {
    assume_role AssumeRole(role_arn, role_session_name; policy_arns, policy, duration_seconds,
        tags, transitive_tag_keys, external_id, serial_number, token_code, source_identity,
        provided_contexts, minimum_session_token_size) -> (
        credentials, assumed_role_user, packed_policy_size, source_identity,
        session_token_utilization, session_token_size);
    get_caller_identity GetCallerIdentity(;) -> (user_id, account, arn);
}

structures_in! {
    PolicyDescriptorType(; arn);
    ProvidedContext(; provider_arn, context_assertion);
    Tag(key, value;);
}

structures_out! {
    AssumedRoleUser(assumed_role_id, arn;);
    Credentials(access_key_id, secret_access_key, session_token, expiration;)
        secret(secret_access_key, session_token);
}

completeness! {
    AssumedRoleUser, Credentials, PolicyDescriptorType, ProvidedContext, Tag
}
