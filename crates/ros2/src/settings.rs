//! How a node takes part: its name, its domain, and how far it is heard.

use crate::Ros2Error;

/// Greatest domain id whose ports exist on every system.
const GREATEST_DOMAIN: u16 = 232;

/// How far a node is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiscoveryRange {
    /// On this machine: only the loopback interface is announced and used for multicast.
    #[default]
    LocalHost,
    /// On all networks of this machine.
    Subnet,
}

/// Whose way of calling services is spoken. Topics are the same for both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rmw {
    /// Fast DDS: `rmw_fastrtps_cpp`, the default of ROS 2.
    #[default]
    FastRtps,
    /// Cyclone DDS: `rmw_cyclonedds_cpp`.
    Cyclone,
}

/// How a node takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ros2Settings {
    /// Name of the node.
    pub node: String,
    /// Namespace of all its names; `/` for none.
    pub namespace: String,
    /// DDS domain, 0..=232.
    pub domain: u16,
    /// How far it is heard.
    pub reach: DiscoveryRange,
    /// Whose services it speaks.
    pub rmw: Rmw,
}

impl Ros2Settings {
    /// Creates the settings of a node that is heard on this machine, in domain 0.
    pub fn localhost_only(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            namespace: "/".to_owned(),
            domain: 0,
            reach: DiscoveryRange::LocalHost,
            rmw: Rmw::FastRtps,
        }
    }

    /// Creates settings by the environment, as ROS 2 itself reads it: `ROS_DOMAIN_ID`,
    /// `ROS_AUTOMATIC_DISCOVERY_RANGE` and `RMW_IMPLEMENTATION`. Unlike in ROS 2, the node is heard
    /// on this machine alone unless the environment says otherwise: it moves an arm.
    ///
    /// # Errors
    /// [`Ros2Error::Environment`] if a variable asks for what there is not.
    pub fn from_env(node: &str) -> Result<Self, Ros2Error> {
        Self::from_variables(node, |name| std::env::var(name).ok())
    }

    /// Creates settings like [`from_env`](Self::from_env) by these variables.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(
        node: &str,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, Ros2Error> {
        let given = |name| variable(name).filter(|value| !value.trim().is_empty());
        let mut settings = Self::localhost_only(node);
        if let Some(value) = given("ROS_DOMAIN_ID") {
            let domain = value.trim().parse();
            settings.domain = domain
                .ok()
                .filter(|domain| *domain <= GREATEST_DOMAIN)
                .ok_or(Ros2Error::Environment {
                    variable: "ROS_DOMAIN_ID",
                    value,
                    what: "it is a whole number from 0 to 232",
                })?;
        }
        if let Some(value) = given("ROS_AUTOMATIC_DISCOVERY_RANGE") {
            settings.reach = match value.trim() {
                "LOCALHOST" => DiscoveryRange::LocalHost,
                "SUBNET" | "SYSTEM_DEFAULT" => DiscoveryRange::Subnet,
                _ => {
                    return Err(Ros2Error::Environment {
                        variable: "ROS_AUTOMATIC_DISCOVERY_RANGE",
                        value,
                        what: "choose LOCALHOST or SUBNET",
                    });
                }
            };
        }
        if let Some(value) = given("RMW_IMPLEMENTATION") {
            settings.rmw = match value.trim() {
                "rmw_fastrtps_cpp" | "rmw_fastrtps_dynamic_cpp" => Rmw::FastRtps,
                "rmw_cyclonedds_cpp" => Rmw::Cyclone,
                _ => {
                    return Err(Ros2Error::Environment {
                        variable: "RMW_IMPLEMENTATION",
                        value,
                        what: "only rmw_fastrtps_cpp and rmw_cyclonedds_cpp are spoken",
                    });
                }
            };
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &str)]) -> Result<Ros2Settings, String> {
        let value = |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Ros2Settings::from_variables("enact", value).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_word_a_node_is_heard_on_this_machine_alone() {
        assert_eq!(read(&[]).unwrap(), Ros2Settings::localhost_only("enact"));
        let empty = read(&[("ROS_DOMAIN_ID", ""), ("RMW_IMPLEMENTATION", " ")]).unwrap();
        assert_eq!(empty, Ros2Settings::localhost_only("enact"));
    }

    #[test]
    fn the_environment_is_followed() {
        let settings = read(&[
            ("ROS_DOMAIN_ID", "42"),
            ("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET"),
            ("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp"),
        ]);
        let settings = settings.unwrap();
        assert_eq!(settings.domain, 42);
        assert_eq!(settings.reach, DiscoveryRange::Subnet);
        assert_eq!(settings.rmw, Rmw::Cyclone);
    }

    #[test]
    fn what_cannot_be_followed_is_an_error_with_the_variable() {
        for (name, value) in [
            ("ROS_DOMAIN_ID", "233"),
            ("ROS_DOMAIN_ID", "-1"),
            ("ROS_DOMAIN_ID", "lab"),
            ("ROS_AUTOMATIC_DISCOVERY_RANGE", "OFF"),
            ("RMW_IMPLEMENTATION", "rmw_zenoh_cpp"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
