//! A node on the network: the one place that creates what it publishes, hears and serves.

use std::net::Ipv4Addr;
use std::thread;

use ros2_client::action::{ActionClient, ActionServer};
use ros2_client::dds::rustdds::DomainParticipantBuilder;
use ros2_client::qos::QosProfile;
use ros2_client::{
    ActionTypeName, Context, Message, MessageTypeName, Name, Node, NodeName, NodeOptions,
    Publisher, Server, ServiceMapping, ServiceTypeName, Subscription,
};

use crate::settings::{DiscoveryRange, Rmw, Ros2Settings};
use crate::{Ros2Error, qos};

/// Package and name of a type, such as `("sensor_msgs", "JointState")`.
pub(crate) type TypeName = (&'static str, &'static str);

/// A node that takes part. Dropping it takes it off the network.
pub struct Connection {
    node: Node,
    namespace: String,
    mapping: ServiceMapping,
    /// After the node, which tells it of its end.
    _context: Context,
}

impl Connection {
    /// Joins the network.
    ///
    /// # Errors
    /// [`Ros2Error`] if a name is not allowed or the system grants no sockets.
    pub fn open(settings: &Ros2Settings) -> Result<Self, Ros2Error> {
        let participant = DomainParticipantBuilder::new(settings.domain);
        let participant = match settings.reach {
            DiscoveryRange::LocalHost => participant.with_only_networks([Ipv4Addr::LOCALHOST]),
            DiscoveryRange::Subnet => participant,
        };
        let domain = format!("connection in domain {}", settings.domain);
        let participant = participant
            .build()
            .map_err(|why| Ros2Error::cannot_create(domain.as_str(), why))?;
        let context = Context::from_domain_participant(participant)
            .map_err(|why| Ros2Error::cannot_create(domain.as_str(), why))?;
        let namespace = match settings.namespace.trim_end_matches('/') {
            "" => "/".to_owned(),
            name if name.starts_with('/') => name.to_owned(),
            name => format!("/{name}"),
        };
        let name = NodeName::new(&namespace, &settings.node).map_err(|_| Ros2Error::Name {
            name: format!("{namespace} {}", settings.node),
            what: "node",
        })?;
        let options = NodeOptions::new()
            .enable_rosout(true)
            .start_parameter_services(false);
        let shown = || format!("node {}", settings.node);
        let mut node = context
            .new_node(name, options)
            .map_err(|why| Ros2Error::cannot_create(shown(), why))?;
        let spinner = node
            .spinner()
            .map_err(|why| Ros2Error::cannot_create(shown(), why))?;
        // It ends with the node.
        thread::Builder::new()
            .name("ros2 graph".to_owned())
            .spawn(move || futures_executor::block_on(spinner.spin()))
            .map_err(|why| Ros2Error::cannot_create(shown(), why))?;
        Ok(Self {
            node,
            namespace,
            mapping: match settings.rmw {
                Rmw::FastRtps => ServiceMapping::Enhanced,
                Rmw::Cyclone => ServiceMapping::Cyclone,
            },
            _context: context,
        })
    }

    /// Returns the node.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Returns a name in this node's namespace, unless it begins with a slash and there is none.
    fn name(&self, name: &str, what: &'static str) -> Result<Name, Ros2Error> {
        let prefix = self.namespace.trim_end_matches('/');
        let full = format!("{prefix}/{}", name.trim_start_matches('/'));
        Name::parse(&full).map_err(|_| Ros2Error::Name { name: full, what })
    }

    /// Creates a publisher.
    pub(crate) fn create_publisher<M: Message>(
        &mut self,
        topic: &str,
        (package, kind): TypeName,
        quality: &QosProfile,
    ) -> Result<Publisher<M>, Ros2Error> {
        let name = self.name(topic, "topic")?;
        let failed = |why| Ros2Error::cannot_create(format!("topic {topic}"), why);
        let kind = MessageTypeName::new(package, kind);
        let created = self.node.create_topic(&name, kind, quality);
        let publisher = self
            .node
            .create_publisher(&created.map_err(failed)?, Some(quality.clone()));
        publisher.map_err(failed)
    }

    /// Creates a subscription.
    pub(crate) fn create_subscription<M: Message + 'static>(
        &mut self,
        topic: &str,
        (package, kind): TypeName,
        quality: &QosProfile,
    ) -> Result<Subscription<M>, Ros2Error> {
        let name = self.name(topic, "topic")?;
        let failed = |why| Ros2Error::cannot_create(format!("topic {topic}"), why);
        let kind = MessageTypeName::new(package, kind);
        let created = self.node.create_topic(&name, kind, quality);
        let subscription = self
            .node
            .create_subscription(&created.map_err(failed)?, Some(quality.clone()));
        subscription.map_err(failed)
    }

    /// Creates a service.
    pub(crate) fn create_service<Q, A>(
        &mut self,
        service: &str,
        (package, kind): TypeName,
    ) -> Result<Server<Q, A>, Ros2Error>
    where
        Q: Message + Clone + 'static,
        A: Message + 'static,
    {
        let name = self.name(service, "service")?;
        let kind = ServiceTypeName::new(package, kind);
        let (ask, answer) = (qos::services(), qos::services());
        self.node
            .create_server(self.mapping, &name, &kind, ask, answer)
            .map_err(|why| Ros2Error::cannot_create(format!("service {service}"), why))
    }

    /// Creates an action server.
    pub(crate) fn create_action_server<G, R, F>(
        &mut self,
        action: &str,
        (package, kind): TypeName,
    ) -> Result<ActionServer<G, R, F>, Ros2Error>
    where
        G: Message + Clone + 'static,
        R: Message + Clone + 'static,
        F: Message + 'static,
    {
        let name = self.name(action, "action")?;
        let kind = ActionTypeName::new(package, kind);
        self.node
            .create_action_server(self.mapping, &name, &kind, qos::action_server())
            .map_err(|why| Ros2Error::cannot_create(format!("action {action}"), why))
    }

    /// Creates an action client.
    pub(crate) fn create_action_client<G, R, F>(
        &mut self,
        action: &str,
        (package, kind): TypeName,
    ) -> Result<ActionClient<G, R, F>, Ros2Error>
    where
        G: Message + Clone + 'static,
        R: Message + Clone + 'static,
        F: Message + 'static,
    {
        let name = self.name(action, "action")?;
        let kind = ActionTypeName::new(package, kind);
        self.node
            .create_action_client(self.mapping, &name, &kind, qos::action_client())
            .map_err(|why| Ros2Error::cannot_create(format!("action {action}"), why))
    }
}
