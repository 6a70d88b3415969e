use enact_robot::{Command, Trajectory};

fn tamper(mut command: Command, mut trajectory: Trajectory) {
    command.positions()[0] = 9.0;
    trajectory.positions()[0][0] = 9.0;
    trajectory.end_positions()[0] = 9.0;
}

fn main() {}
