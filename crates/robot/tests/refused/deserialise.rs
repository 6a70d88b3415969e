use enact_robot::{Command, Trajectory};
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>() {}

fn main() {
    read::<Command>();
    read::<Trajectory>();
}
