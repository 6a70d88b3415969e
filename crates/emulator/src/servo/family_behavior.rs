//! Differences in the behavior of servo families, beyond what a driver must know.

use enact_arm::servo::Family;

use super::factory_defaults;

/// Behavior in which the servos of a family differ from others.
#[derive(Debug)]
pub struct FamilyBehavior {
    /// Factory defaults of registers, where not 0.
    pub factory: &'static [(&'static str, i64)],
    /// First address at which no request may begin.
    pub end_of_table: u16,
    /// True if a reply gives the reason of a rejection, and a ping is answered with the model; else
    /// replies contain alarms, and impossible requests are not answered.
    pub refuses: bool,
    /// True if a goal switches torque on.
    pub goal_turns_torque_on: bool,
    /// True if the goal follows the position while torque is off.
    pub goal_follows: bool,
    /// True if the goal is set to the position when torque is switched on.
    pub begins_where_it_is: bool,
    /// True if alarms switch the motor off until the servo is restarted; else it limits its output.
    pub alarms_shut_down: bool,
    /// Condition for overload.
    pub overload: OverloadCondition,
    /// Bit of the alarm register for the position sensor.
    pub encoder_alarm: i64,
}

/// Condition under which a stalled servo is overloaded.
#[derive(Clone, Copy, Debug)]
pub enum OverloadCondition {
    /// As its registers specify.
    AsSet,
    /// After some time at a share of its output.
    After {
        /// Share of the output.
        output: f64,
        /// Time, seconds.
        seconds: f64,
    },
}

static STS: FamilyBehavior = FamilyBehavior {
    factory: &factory_defaults::STS3215_DEFAULTS,
    end_of_table: 87,
    refuses: false,
    goal_turns_torque_on: true,
    goal_follows: true,
    begins_where_it_is: false,
    alarms_shut_down: false,
    overload: OverloadCondition::AsSet,
    encoder_alarm: 0x02,
};

static X: FamilyBehavior = FamilyBehavior {
    factory: &factory_defaults::XL430_DEFAULTS,
    end_of_table: 147,
    refuses: true,
    goal_turns_torque_on: false,
    goal_follows: false,
    begins_where_it_is: true,
    alarms_shut_down: true,
    overload: OverloadCondition::After {
        output: 0.99,
        seconds: 1.0,
    },
    encoder_alarm: 0x08,
};

impl FamilyBehavior {
    /// Returns the behavior of a family.
    pub fn for_family(family: Family) -> &'static Self {
        match family {
            Family::Sts => &STS,
            Family::X => &X,
        }
    }
}
