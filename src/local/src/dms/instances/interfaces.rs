//! The network interfaces of an instance: one in each of its zones.

use super::super::{
    ids::{hash, mix},
    region::Shard,
    subnet_groups::SubnetGroup,
    time::timestamp,
    world::{Effect, InterfaceChange},
};
use serde::{Deserialize, Serialize};

/// A network interface of an instance; the first one is the primary's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) subnet_id: String,
    pub(super) private_ip: String,
    pub(super) public_ip: Option<String>,
}

impl Shard<'_> {
    pub(crate) fn new_interface(
        &mut self,
        group: &SubnetGroup,
        zone: &str,
        public: bool,
    ) -> Interface {
        let in_zone: Vec<_> = group.subnets.iter().filter(|s| s.zone == zone).collect();
        let chosen = usize::try_from(self.ids.below(in_zone.len() as u64)).unwrap_or(0);
        let subnet = in_zone.get(chosen).copied().unwrap_or(&group.subnets[0]);
        let id = self.ids.ec2("eni");
        let taken: Vec<&str> = self
            .region
            .instances
            .iter()
            .flat_map(|i| i.interfaces.iter())
            .chain(self.region.replications.iter().flat_map(|r| r.interfaces.iter()))
            .map(|x| x.private_ip.as_str())
            .collect();
        let seed = mix(hash(&id));
        let private_ip = (0..64)
            .map(|attempt| address(&subnet.cidr, seed.wrapping_add(attempt)))
            .find(|ip| !taken.contains(&ip.as_str()))
            .unwrap_or_else(|| address(&subnet.cidr, seed));
        let b = seed.to_be_bytes();
        let public_ip = public.then(|| format!("54.{}.{}.{}", b[1] / 2, b[2], b[3].max(1)));
        Interface { id, subnet_id: subnet.id.clone(), private_ip, public_ip }
    }

    pub(crate) fn interface_appears(
        &self,
        interface: &Interface,
        security_groups: &[String],
        group: &SubnetGroup,
    ) -> Effect {
        let subnet = group.subnets.iter().find(|s| s.id == interface.subnet_id);
        Effect::NetworkInterface {
            region: self.name.to_owned(),
            time: timestamp(self.now),
            id: interface.id.clone(),
            change: InterfaceChange::Create {
                subnet_id: interface.subnet_id.clone(),
                vpc_id: group.vpc_id.clone(),
                availability_zone: subnet.map(|s| s.zone.clone()).unwrap_or_default(),
                security_groups: security_groups.to_vec(),
                private_ip: interface.private_ip.clone(),
                public_ip: interface.public_ip.clone(),
                description: "DMSNetworkInterface".to_owned(),
            },
        }
    }
}

/// A host address of an IPv4 range, chosen by `seed`; the first four and the last are AWS's own.
fn address(cidr: &str, seed: u64) -> String {
    let (base, bits) = cidr.split_once('/').unwrap_or((cidr, "24"));
    let base = base.parse::<std::net::Ipv4Addr>().map_or(0x0a00_0000, u32::from);
    let bits = bits.parse::<u32>().ok().filter(|b| *b <= 28).unwrap_or(28);
    let size = 1u64 << (32 - bits);
    let host = 4 + seed % (size - 5);
    std::net::Ipv4Addr::from(base.wrapping_add(u32::try_from(host).unwrap_or(4))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lie_inside_the_subnet() {
        for seed in 0..2_000 {
            let ip = address("10.0.3.0/28", seed);
            let last: u8 = ip.trim_start_matches("10.0.3.").parse().unwrap_or(0);
            assert!((4..=14).contains(&last), "{ip}");
        }
    }
}
