//! The table of `sns` (Simple Notification Service): printed by `generate.py` from
//! aws-sdk-sns 1.121.0. Change `tables.toml` and print it again.

#![cfg_attr(rustfmt, rustfmt_skip)]

use aws_sdk_sns as sdk;

use crate::shape::macros::*;

operations! {
    add_permission AddPermission(topic_arn, label, aws_account_id, action_name;) -> ();
    check_if_phone_number_is_opted_out CheckIfPhoneNumberIsOptedOut(phone_number;) -> (
        is_opted_out);
    confirm_subscription ConfirmSubscription(topic_arn, token; authenticate_on_unsubscribe) -> (
        subscription_arn);
    create_platform_application CreatePlatformApplication(name, platform, attributes;) -> (
        platform_application_arn);
    create_platform_endpoint CreatePlatformEndpoint(platform_application_arn, token;
        custom_user_data, attributes) -> (endpoint_arn);
    create_sms_sandbox_phone_number CreateSmsSandboxPhoneNumber(phone_number; language_code) -> ();
    create_topic CreateTopic(name; attributes, tags, data_protection_policy) -> (topic_arn);
    delete_endpoint DeleteEndpoint(endpoint_arn;) -> ();
    delete_platform_application DeletePlatformApplication(platform_application_arn;) -> ();
    delete_sms_sandbox_phone_number DeleteSmsSandboxPhoneNumber(phone_number;) -> ();
    delete_topic DeleteTopic(topic_arn;) -> ();
    get_data_protection_policy GetDataProtectionPolicy(resource_arn;) -> (data_protection_policy);
    get_endpoint_attributes GetEndpointAttributes(endpoint_arn;) -> (attributes);
    get_platform_application_attributes GetPlatformApplicationAttributes(platform_application_arn;)
        -> (attributes);
    get_sms_attributes GetSmsAttributes(; attributes) -> (attributes);
    get_sms_sandbox_account_status GetSmsSandboxAccountStatus(;) -> (is_in_sandbox);
    get_subscription_attributes GetSubscriptionAttributes(subscription_arn;) -> (attributes);
    get_topic_attributes GetTopicAttributes(topic_arn;) -> (attributes);
    list_endpoints_by_platform_application ListEndpointsByPlatformApplication(
        platform_application_arn; next_token) -> (
        endpoints, next_token) pages(next_token, next_token: endpoints);
    list_origination_numbers ListOriginationNumbers(; next_token, max_results) -> (
        next_token, phone_numbers) pages(next_token, next_token: phone_numbers);
    list_phone_numbers_opted_out ListPhoneNumbersOptedOut(; next_token) -> (
        phone_numbers, next_token) pages(next_token, next_token: phone_numbers);
    list_platform_applications ListPlatformApplications(; next_token) -> (
        platform_applications, next_token) pages(next_token, next_token: platform_applications);
    list_sms_sandbox_phone_numbers ListSmsSandboxPhoneNumbers(; next_token, max_results) -> (
        phone_numbers, next_token) pages(next_token, next_token: phone_numbers);
    list_subscriptions ListSubscriptions(; next_token) -> (
        subscriptions, next_token) pages(next_token, next_token: subscriptions);
    list_subscriptions_by_topic ListSubscriptionsByTopic(topic_arn; next_token) -> (
        subscriptions, next_token) pages(next_token, next_token: subscriptions);
    list_tags_for_resource ListTagsForResource(resource_arn;) -> (tags);
    list_topics ListTopics(; next_token) -> (
        topics, next_token) pages(next_token, next_token: topics);
    opt_in_phone_number OptInPhoneNumber(phone_number;) -> ();
    publish Publish(message; topic_arn, target_arn, phone_number, subject, message_structure,
        message_attributes, message_deduplication_id, message_group_id) -> (
        message_id, sequence_number);
    publish_batch PublishBatch(topic_arn, publish_batch_request_entries;) -> (successful, failed);
    put_data_protection_policy PutDataProtectionPolicy(resource_arn, data_protection_policy;) -> ();
    remove_permission RemovePermission(topic_arn, label;) -> ();
    set_endpoint_attributes SetEndpointAttributes(endpoint_arn, attributes;) -> ();
    set_platform_application_attributes SetPlatformApplicationAttributes(platform_application_arn,
        attributes;) -> ();
    set_sms_attributes SetSmsAttributes(attributes;) -> ();
    set_subscription_attributes SetSubscriptionAttributes(subscription_arn, attribute_name;
        attribute_value) -> ();
    set_topic_attributes SetTopicAttributes(topic_arn, attribute_name; attribute_value) -> ();
    subscribe Subscribe(topic_arn, protocol; endpoint, attributes, return_subscription_arn) -> (
        subscription_arn);
    tag_resource TagResource(resource_arn, tags;) -> ();
    unsubscribe Unsubscribe(subscription_arn;) -> ();
    untag_resource UntagResource(resource_arn, tag_keys;) -> ();
    verify_sms_sandbox_phone_number VerifySmsSandboxPhoneNumber(phone_number, one_time_password;)
        -> ();
}

structures_both! {
    Tag(key, value;);
}

structures_in! {
    MessageAttributeValue(data_type; string_value, binary_value);
    PublishBatchRequestEntry(id, message; subject, message_structure, message_attributes,
        message_deduplication_id, message_group_id);
}

structures_out! {
    BatchResultErrorEntry(id, code, sender_fault; message);
    Endpoint(; endpoint_arn, attributes);
    PhoneNumberInformation(; created_at, phone_number, status, iso2_country_code, route_type,
        number_capabilities);
    PlatformApplication(; platform_application_arn, attributes);
    PublishBatchResultEntry(; id, message_id, sequence_number);
    SmsSandboxPhoneNumber(; phone_number, status);
    Subscription(; subscription_arn, owner, protocol, endpoint, topic_arn);
    Topic(; topic_arn);
}

enumerations! {
    LanguageCodeString, NumberCapability, RouteType, SmsSandboxPhoneNumberVerificationStatus
}

completeness! {
    BatchResultErrorEntry, Endpoint, MessageAttributeValue, PhoneNumberInformation,
    PlatformApplication, PublishBatchRequestEntry, PublishBatchResultEntry, SmsSandboxPhoneNumber,
    Subscription, Tag, Topic
}
