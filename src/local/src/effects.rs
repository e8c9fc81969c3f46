//! What DMS has done, shown where AWS shows it: metrics, log lines, messages, network interfaces.

use crate::{
    account::Account,
    cloudwatch::Notice,
    dms::{Effect, InterfaceChange},
};
use serde_json::{Value as Json, json};

/// How many messages of topics are remembered.
const MESSAGES: usize = 1000;

impl Account {
    /// Applies effects in their order.
    pub fn apply(&self, effects: Vec<Effect>) {
        if !effects.is_empty() {
            // Their cause and they themselves are kept together, or a crash would show them twice.
            self.touch("dms");
        }
        for effect in effects {
            match effect {
                Effect::Metric { region, time, name, dimensions, value, unit } => {
                    let mut cloudwatch = self.cloudwatch();
                    cloudwatch.put(&region, "AWS/DMS", &name, dimensions, &unit, time, value);
                    self.touch("cloudwatch");
                }
                Effect::Log { region, time, group, stream, message } => {
                    let mut logs = self.logs();
                    logs.append(self.number(), &region, &group, &stream, time, message);
                    self.touch("logs");
                }
                Effect::Notify { region, time, topic_arn, subject, message } => {
                    let message = json!({
                        "region": region, "time": time.to_string(), "topic": topic_arn,
                        "subject": subject, "message": message,
                    });
                    self.publish(message);
                }
                Effect::NetworkInterface { region, time, id, change } => {
                    self.interface(&region, time, &id, change);
                    self.touch("ec2");
                }
            }
        }
    }

    /// Gives CloudWatch what metric filters have made of log events.
    pub fn measure_logs(&self) {
        let points = self.logs().take_points();
        if points.is_empty() {
            return;
        }
        self.touch("cloudwatch");
        let mut cloudwatch = self.cloudwatch();
        points.into_iter().for_each(|point| cloudwatch.put_of_log(point));
    }

    /// Tells topics of alarms.
    pub fn notify(&self, notices: Vec<Notice>) {
        for Notice { region, time, topic, subject, message } in notices {
            self.touch("cloudwatch");
            self.publish(json!({
                "region": region, "time": time.to_string(), "topic": topic, "subject": subject,
                "message": message,
            }));
        }
    }

    fn publish(&self, message: Json) {
        let Some(sns) = self.service("sns") else { return };
        sns.ours(|ours| {
            let messages = ours.entry("messages").or_insert_with(|| json!([]));
            if let Json::Array(messages) = messages {
                messages.push(message);
                let surplus = messages.len().saturating_sub(MESSAGES);
                messages.drain(..surplus);
            }
        });
        self.touch("sns");
    }

    /// The messages that were sent to topics, oldest first.
    pub fn messages(&self) -> Vec<Json> {
        let messages = self.service("sns").and_then(|sns| {
            sns.ours(|ours| ours.get("messages").and_then(Json::as_array).cloned())
        });
        messages.unwrap_or_default()
    }

    fn interface(
        &self,
        region: &str,
        time: dmsrun_base::Timestamp,
        id: &str,
        change: InterfaceChange,
    ) {
        let mut ec2 = self.ec2();
        match change {
            InterfaceChange::Create {
                subnet_id,
                vpc_id,
                availability_zone,
                security_groups,
                private_ip,
                public_ip,
                description,
            } => {
                let association = public_ip.map(
                    |ip| json!({ "publicIp": ip, "ipOwnerId": "amazon", "publicDnsName": "" }),
                );
                ec2.foreign_interface(
                    self.number(),
                    region,
                    json!({
                        "networkInterfaceId": id,
                        "subnetId": subnet_id,
                        "vpcId": vpc_id,
                        "availabilityZone": availability_zone,
                        "description": description,
                        "requesterId": "dms",
                        "privateIpAddress": private_ip,
                        "association": association,
                        "attachment": {
                            "attachmentId": id.replace("eni-", "eni-attach-"),
                            "instanceOwnerId": "amazon-dms", "deviceIndex": 1, "status": "attached",
                            "attachTime": time.to_string(), "deleteOnTermination": false,
                        },
                        "_groups": security_groups,
                    }),
                );
            }
            InterfaceChange::SecurityGroups(groups) => {
                ec2.set_interface_groups(region, id, &groups)
            }
            InterfaceChange::Delete => ec2.remove_interface(region, id),
        }
    }
}
