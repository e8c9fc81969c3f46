//! The table of `tagging` (Resource Groups Tagging): printed by `generate.py` from
//! aws-sdk-resourcegroupstagging 1.119.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_resourcegroupstagging as sdk;

use crate::shape::macros::*;

operations! {
    get_resources GetResources(; pagination_token, tag_filters, resources_per_page, tags_per_page,
        resource_type_filters, include_compliance_details, exclude_compliant_resources,
        resource_arn_list) -> (
        pagination_token, resource_tag_mapping_list)
        pages(pagination_token, pagination_token: resource_tag_mapping_list);
    get_tag_keys GetTagKeys(; pagination_token) -> (
        pagination_token, tag_keys) pages(pagination_token, pagination_token: tag_keys);
    get_tag_values GetTagValues(key; pagination_token) -> (
        pagination_token, tag_values) pages(pagination_token, pagination_token: tag_values);
}

structures_in! {
    TagFilter(; key, values);
}

structures_out! {
    ComplianceDetails(; noncompliant_keys, keys_with_noncompliant_values, missing_tag_keys,
        compliance_status);
    ResourceTagMapping(; resource_arn, tags, compliance_details);
    Tag(key, value;);
}

completeness! {
    ComplianceDetails, ResourceTagMapping, Tag, TagFilter
}
