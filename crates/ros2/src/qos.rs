//! Qualities of service, as the packages of ROS 2 choose them for the same names.

use ros2_client::action::{ActionClientQosPolicies, ActionServerQosPolicies};
use ros2_client::qos::{Durability, History, QosProfile, Reliability, WhenFull};

/// Returns the quality of states that come again and again. A reader that is behind misses some; it
/// never holds up who writes.
pub fn states() -> QosProfile {
    reliable(10, WhenFull::Fail)
}

/// Returns the quality of what readers get that come later: the newest.
pub fn latched() -> QosProfile {
    reliable(1, WhenFull::DEFAULT).durability(Durability::TransientLocal)
}

/// Returns the quality of pictures: the newest, whole.
pub fn pictures() -> QosProfile {
    reliable(2, WhenFull::Fail)
}

/// Returns the quality of readers of states and pictures, which goes with any writer.
pub fn best_effort_subscription() -> QosProfile {
    QosProfile::subscription_default()
        .reliability(Reliability::BestEffort)
        .history(History::KeepLast { depth: 5 })
}

/// Returns the quality of services and of what must not be lost.
pub fn services() -> QosProfile {
    reliable(10, WhenFull::DEFAULT)
}

/// Returns the qualities of an action server.
pub fn action_server() -> ActionServerQosPolicies {
    ActionServerQosPolicies {
        goal_service: services(),
        result_service: services(),
        cancel_service: services(),
        feedback_publisher: states(),
        status_publisher: latched(),
    }
}

/// Returns the qualities of an action client.
pub fn action_client() -> ActionClientQosPolicies {
    ActionClientQosPolicies {
        goal_service: services(),
        result_service: services(),
        cancel_service: services(),
        feedback_subscription: services(),
        status_subscription: latched(),
    }
}

fn reliable(depth: usize, when_full: WhenFull) -> QosProfile {
    QosProfile::publisher_default()
        .reliability(Reliability::Reliable { when_full })
        .history(History::KeepLast { depth })
}
