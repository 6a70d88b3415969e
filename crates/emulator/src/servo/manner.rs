//! In what the families behave differently beyond what a driver must know of them.

use enact_arm::servo::Family;

use super::factory_defaults;

/// In what the servos of a family behave differently from others.
#[derive(Debug)]
pub struct Manner {
    /// Numbers of the registers that the factory sets, where not 0.
    pub factory: &'static [(&'static str, i64)],
    /// First address that no request may begin at.
    pub end_of_table: u16,
    /// Whether an answer says that, and why, something was refused, and a ping is answered with
    /// the model; else answers tell alarms, and what cannot be done is not answered.
    pub refuses: bool,
    /// Whether a goal turns torque on.
    pub goal_turns_torque_on: bool,
    /// Whether the goal follows the position while torque is off.
    pub goal_follows: bool,
    /// Whether the goal becomes the position when torque is turned on.
    pub begins_where_it_is: bool,
    /// Whether alarms switch the motor off until the servo is started anew; else it spares itself.
    pub alarms_shut_down: bool,
    /// When it is overloaded.
    pub overload: Overload,
    /// Bit of the alarm register that tells of the position sensor.
    pub encoder_alarm: i64,
}

/// When a servo that pushes in vain is overloaded.
#[derive(Clone, Copy, Debug)]
pub enum Overload {
    /// As its registers say.
    AsSet,
    /// After so long at this share of its output.
    After {
        /// Share of the output.
        output: f64,
        /// How long.
        seconds: f64,
    },
}

static STS: Manner = Manner {
    factory: &factory_defaults::STS,
    end_of_table: 87,
    refuses: false,
    goal_turns_torque_on: true,
    goal_follows: true,
    begins_where_it_is: false,
    alarms_shut_down: false,
    overload: Overload::AsSet,
    encoder_alarm: 0x02,
};

static X: Manner = Manner {
    factory: &factory_defaults::X,
    end_of_table: 147,
    refuses: true,
    goal_turns_torque_on: false,
    goal_follows: false,
    begins_where_it_is: true,
    alarms_shut_down: true,
    overload: Overload::After {
        output: 0.99,
        seconds: 1.0,
    },
    encoder_alarm: 0x08,
};

impl Manner {
    /// The manner of a family.
    pub fn of(family: Family) -> &'static Self {
        match family {
            Family::Sts => &STS,
            Family::X => &X,
        }
    }
}
