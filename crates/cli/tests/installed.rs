//! The program by itself, as `cargo install` leaves it: no repository around it, no `ENACT_HOME`.

mod program;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use program::{
    PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, is_one_clear_error, object, status, stderr, stdout, write,
};
use tempfile::TempDir;

/// A copy of the program, a user's empty home, and an empty folder to work in.
struct Installed {
    folder: TempDir,
    program: PathBuf,
}

impl Installed {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        for name in ["bin", "home", "work"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let program = bin.join("enact");
        let built = env!("CARGO_BIN_EXE_enact");
        if fs::hard_link(built, &program).is_err() {
            fs::copy(built, &program).unwrap();
        }
        Self { folder, program }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the operating system has the user's data.
    fn data(&self) -> PathBuf {
        self.path(match cfg!(target_os = "macos") {
            true => "home/Library/Application Support",
            false => "home/.local/share",
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env("HOME", self.path("home"))
            .stdin(Stdio::null());
        for variable in ["ENACT_HOME", "RUST_LOG", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env_remove(variable);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the task with a plan from a file and the simulator's own perception.
    fn put(&self, more: &[&str]) -> Output {
        let plan = write(&self.path("work"), "plan.json", PUT_CUBE_PLAN);
        let arguments = [
            "run",
            PUT_CUBE_INSTRUCTION,
            "--plan",
            &plan,
            "--perception",
            "ground-truth",
            "--no-record",
            "--json",
        ];
        self.run(&[&arguments, more].concat())
    }
}

#[test]
fn everything_that_ships_is_in_the_program() {
    let installed = Installed::new();
    let output = installed.run(&["check", "--json"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let checked = stdout(&output);
    for part in ["so101", "panda", "tabletop.toml", "sim.toml", "core.toml"] {
        assert!(checked.contains(part), "{checked}");
    }
    // The launch files name a model that is not there, which is no fault of theirs.
    let talk = stderr(&output);
    assert!(talk.contains("models/tabletop, is not installed"), "{talk}");

    let output = installed.run(&["scene", "mixed", "--seed", "3", "--json"]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert!(object(&output)["objects"].as_array().unwrap().len() > 1);

    let output = installed.run(&["robot", "show", "panda"]);
    assert_eq!(status(&output), 0, "{output:?}");

    // Nothing is written where the user works.
    assert_eq!(fs::read_dir(installed.path("work")).unwrap().count(), 0);
}

#[test]
fn kinematics_and_a_whole_run_need_no_repository() {
    let installed = Installed::new();
    let mut child = installed
        .command(&["robot", "fk", "so101"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pose = b"{\"joints\":[0,0,0,0,0]}\n";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), pose).unwrap();
    let answer = object(&child.wait_with_output().unwrap());
    assert!((answer["position"][0].as_f64().unwrap() - 0.39136).abs() < 1e-5);

    let output = installed.put(&[]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert_eq!(object(&output)["success"], true);

    let arguments = ["eval", "core", "--planner", "scripted", "--episodes", "1"];
    let output = installed.run(&arguments);
    assert_eq!(status(&output), 0, "{output:?}");
}

#[test]
fn the_missing_model_is_named_with_the_place_where_it_belongs() {
    let installed = Installed::new();
    let place = installed.data().join("enact/models/tabletop");
    for arguments in [
        &["run", PUT_CUBE_INSTRUCTION, "--no-record"][..],
        &["eval", "--episodes", "1"],
    ] {
        let output = installed.run(arguments);
        let place = place.display().to_string();
        is_one_clear_error(
            &output,
            &["models/tabletop", "copy that folder", &place, "--model"],
        );
    }
    // Not a whole model, but it shows where one is looked for.
    let beside = installed.path("bin/models/tabletop");
    for (folder, config) in [(&place, "here: data"), (&beside, "here: beside")] {
        fs::create_dir_all(folder).unwrap();
        write(folder, "config.json", config);
        let output = installed.run(&["run", PUT_CUBE_INSTRUCTION, "--no-record"]);
        is_one_clear_error(&output, &[&folder.display().to_string()]);
    }
}

#[test]
fn a_folder_of_ones_own_is_used_instead() {
    let installed = Installed::new();
    let own = installed.path("own");
    fs::create_dir_all(own.join("robots")).unwrap();
    fs::create_dir_all(own.join("scenes")).unwrap();
    let scene = program::read_shipped_file("scenes/tabletop.toml");
    write(&own.join("scenes"), "mine.toml", scene);
    let show = |name: &str| {
        let mut command = installed.command(&["scene", name, "--json"]);
        command.env("ENACT_HOME", &own).output().unwrap()
    };
    assert_eq!(status(&show("mine")), 0);
    is_one_clear_error(&show("mixed"), &["no `mixed`", "mine"]);
}

/// Unpacked robots are a cache: what a user adds belongs to the user.
#[test]
fn an_imported_robot_is_written_where_the_user_works() {
    let installed = Installed::new();
    let urdf = program::repository_root().join("robots/ur5e/robot.urdf");
    let urdf = urdf.display().to_string();
    let output = installed.run(&["robot", "import", &urdf, "--name", "mine"]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert!(installed.path("work/robots/mine/robot.toml").is_file());
    let output = installed.run(&["robot", "show", "robots/mine"]);
    assert_eq!(status(&output), 0, "{output:?}");
}

/// What is unpacked is compared with what is embedded, every time.
#[test]
fn a_damaged_cache_is_repaired() {
    let installed = Installed::new();
    assert_eq!(status(&installed.run(&["scene", "tabletop"])), 0);
    let mut rest = vec![installed.path("home")];
    let mut emptied = 0;
    while let Some(folder) = rest.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => rest.push(path),
                false => {
                    fs::write(&path, "").unwrap();
                    emptied += 1;
                }
            }
        }
    }
    assert!(emptied > 15, "{emptied}");
    assert_eq!(status(&installed.run(&["check"])), 0);
}
