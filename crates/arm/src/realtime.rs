//! Real-time scheduling and locked memory for the thread that drives an arm, where the system
//! grants them, and background priority for threads that may wait.

use thiserror::Error;

/// A request that the system denied, with its remedy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RealtimeDenied {
    /// Real-time scheduling.
    #[error(
        "the arm's thread runs without real-time priority: {0}; allow it with `rtprio 50` for your user in /etc/security/limits.conf"
    )]
    Priority(String),
    /// Locked memory.
    #[error(
        "the program's memory is not locked: {0}; allow it with `memlock unlimited` for your user in /etc/security/limits.conf"
    )]
    Memory(String),
}

/// Requests first-in-first-out scheduling of this thread, below the kernel's own threads, and locks
/// the memory that the program has now. Returns what was denied; the rest is granted.
#[cfg(target_os = "linux")]
pub fn request_realtime() -> Vec<RealtimeDenied> {
    let asked = [schedule().err(), lock().err()];
    asked.into_iter().flatten().collect()
}

/// Requests nothing on other systems.
#[cfg(not(target_os = "linux"))]
pub fn request_realtime() -> Vec<RealtimeDenied> {
    let unknown = || "only supported on Linux".to_owned();
    vec![
        RealtimeDenied::Priority(unknown()),
        RealtimeDenied::Memory(unknown()),
    ]
}

/// A priority below that of ordinary threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackgroundPriority {
    /// For answers that somebody waits for: a third of the time of an ordinary thread when the
    /// processor is busy (niceness 5).
    Answering,
    /// For work that may wait while an arm moves: a tenth of that time (niceness 10).
    Waiting,
}

#[cfg(target_os = "linux")]
impl BackgroundPriority {
    /// Returns the priority of 0 to 100, where an ordinary thread has 50.
    fn of_hundred(self) -> u8 {
        match self {
            Self::Answering => 35,
            Self::Waiting => 22,
        }
    }
}

/// Lowers the priority of this thread below ordinary ones, so that what an arm's loop waits for in
/// the system, such as a serial port, is not held up. A system that does not support it is not
/// reported.
#[cfg(target_os = "linux")]
pub fn lower_thread_priority(to: BackgroundPriority) {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };
    if let Ok(value) = ThreadPriorityValue::try_from(to.of_hundred()) {
        let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
        let priority = ThreadPriority::Crossplatform(value);
        drop(set_thread_priority_and_policy(
            thread_native_id(),
            priority,
            policy,
        ));
    }
}

/// Does nothing on other systems.
#[cfg(not(target_os = "linux"))]
pub fn lower_thread_priority(_: BackgroundPriority) {}

/// Priority above every ordinary thread and below the kernel's own, which run at 50.
#[cfg(target_os = "linux")]
const PRIORITY: u8 = 40;

#[cfg(target_os = "linux")]
fn schedule() -> Result<(), RealtimeDenied> {
    use thread_priority::{
        RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };
    let denied = |why: String| RealtimeDenied::Priority(why);
    let value = ThreadPriorityValue::try_from(PRIORITY).map_err(|why| denied(why.to_string()))?;
    set_thread_priority_and_policy(
        thread_native_id(),
        ThreadPriority::Crossplatform(value),
        ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo),
    )
    .map_err(|why| match why {
        thread_priority::Error::OS(number) => {
            denied(std::io::Error::from_raw_os_error(number).to_string())
        }
        other => denied(other.to_string()),
    })
}

/// Locks current memory only: under a limit, later allocations of the program would fail.
#[cfg(target_os = "linux")]
fn lock() -> Result<(), RealtimeDenied> {
    use nix::sys::mman::{MlockAllFlags, mlockall};
    mlockall(MlockAllFlags::MCL_CURRENT)
        .map_err(|why| RealtimeDenied::Memory(why.desc().to_owned()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_is_there_and_what_is_not_is_told() {
        let (denied, policy) = std::thread::spawn(|| {
            let denied = request_realtime();
            (denied, thread_priority::thread_schedule_policy())
        })
        .join()
        .unwrap();
        let fifo = thread_priority::ThreadSchedulePolicy::Realtime(
            thread_priority::RealtimeThreadSchedulePolicy::Fifo,
        );
        let priority = denied
            .iter()
            .any(|what| matches!(what, RealtimeDenied::Priority(_)));
        assert_eq!(policy.unwrap() == fifo, !priority, "{denied:?}");
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let locked = status
            .lines()
            .find(|line| line.starts_with("VmLck"))
            .unwrap();
        let memory = denied
            .iter()
            .any(|what| matches!(what, RealtimeDenied::Memory(_)));
        assert_eq!(locked.contains(" 0 kB"), memory, "{locked} {denied:?}");
        for what in denied {
            assert!(what.to_string().contains("limits.conf"), "{what}");
        }
    }

    #[test]
    fn who_gives_way_is_nicer_than_the_rest() {
        let niceness = || {
            let status = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            // The name may contain spaces; niceness is the seventeenth number after it.
            let (_, rest) = status.rsplit_once(')').unwrap();
            rest.split_whitespace()
                .nth(16)
                .unwrap()
                .parse::<i32>()
                .unwrap()
        };
        let before = niceness();
        for (to, expected) in [
            (BackgroundPriority::Answering, 5),
            (BackgroundPriority::Waiting, 10),
        ] {
            let after = std::thread::spawn(move || {
                lower_thread_priority(to);
                niceness()
            });
            let after = after.join().unwrap();
            assert!(after == expected || before >= expected, "{before} {after}");
        }
        assert_eq!(niceness(), before);
    }
}
