//! The seam to the other services: what DMS asks of them, and what it has to tell them.

use dmsrun_base::Timestamp;
use futures_util::future::BoxFuture;

/// A subnet as EC2 knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// The VPC that holds it.
    pub vpc_id: String,
    /// Its zone, such as `eu-west-1a`.
    pub availability_zone: String,
    /// Its IPv4 range, from which an instance takes its private address.
    pub cidr_block: String,
}

/// A role as IAM knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The service principals of its trust policy, such as `dms.amazonaws.com`.
    pub trusted_services: Vec<String>,
    /// The ARNs of the managed policies attached to it.
    pub attached_policies: Vec<String>,
    /// When it was created: a role takes some seconds to be seen by DMS.
    pub created: Timestamp,
}

/// What DMS asks of the other services of the account.
pub trait World: Sync {
    /// The subnet of that id.
    fn subnet<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<Subnet>>;
    /// The VPC of the security group of that id.
    fn security_group<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>>;
    /// The role of that ARN or name.
    fn role<'a>(&'a self, arn_or_name: &'a str) -> BoxFuture<'a, Option<Role>>;
    /// The ARN of the enabled key of that id, ARN or alias.
    fn kms_key<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>>;
    /// Whether the topic exists.
    fn topic<'a>(&'a self, region: &'a str, arn: &'a str) -> BoxFuture<'a, bool>;
    /// The current text of the secret of that name or ARN.
    fn secret<'a>(&'a self, region: &'a str, id: &'a str) -> BoxFuture<'a, Option<String>>;
    /// Whether the bucket exists.
    fn bucket<'a>(&'a self, name: &'a str) -> BoxFuture<'a, bool>;
    /// The default security group of a VPC, for an instance that names none.
    fn default_security_group<'a>(
        &'a self,
        _region: &'a str,
        _vpc_id: &'a str,
    ) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }
}

/// What DMS has done that another service must show. Effects come in the order of their times.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A data point in the namespace `AWS/DMS`.
    Metric {
        /// Region.
        region: String,
        /// When it was measured.
        time: Timestamp,
        /// Name, such as `CDCLatencyTarget`.
        name: String,
        /// Names and values of the dimensions, in order.
        dimensions: Vec<(String, String)>,
        /// The value.
        value: f64,
        /// CloudWatch's unit, such as `Percent`.
        unit: String,
    },
    /// A line of a task's log; group and stream are made when they are missing.
    Log {
        /// Region.
        region: String,
        /// When it was written.
        time: Timestamp,
        /// `dms-tasks-<instance identifier>`.
        group: String,
        /// `dms-task-<resource id of the task>`.
        stream: String,
        /// The line.
        message: String,
    },
    /// An event for the topic of a subscription.
    Notify {
        /// Region.
        region: String,
        /// When it was sent.
        time: Timestamp,
        /// The topic.
        topic_arn: String,
        /// Subject of the message.
        subject: String,
        /// Text of the message: a JSON object as DMS sends it.
        message: String,
    },
    /// A network interface of a replication instance comes or goes.
    NetworkInterface {
        /// Region.
        region: String,
        /// When.
        time: Timestamp,
        /// Its id, `eni-…`, chosen by DMS.
        id: String,
        /// What happens to it.
        change: InterfaceChange,
    },
}

impl Effect {
    /// When it happened.
    pub fn time(&self) -> Timestamp {
        match self {
            Self::Metric { time, .. }
            | Self::Log { time, .. }
            | Self::Notify { time, .. }
            | Self::NetworkInterface { time, .. } => *time,
        }
    }
}

/// What happens to a network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterfaceChange {
    /// It appears, in use by the instance: subnet and security groups can't be deleted meanwhile.
    Create {
        /// Its subnet.
        subnet_id: String,
        /// Its VPC.
        vpc_id: String,
        /// Its zone.
        availability_zone: String,
        /// Its security groups.
        security_groups: Vec<String>,
        /// Its private address.
        private_ip: String,
        /// Its public address, where the instance has one.
        public_ip: Option<String>,
        /// `DMSNetworkInterface`, as DMS describes its interfaces.
        description: String,
    },
    /// Its security groups are now these.
    SecurityGroups(Vec<String>),
    /// It goes.
    Delete,
}
