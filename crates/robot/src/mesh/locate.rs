//! Finds the file of a mesh from its name in a URDF.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Largest number of folders between a folder of packages and a package in it, including the
/// package.
const PACKAGE_DEPTH: usize = 3;
/// Number of folders above the URDF's that are searched for a package of another name.
const UNNAMED_ABOVE: usize = 2;

/// Location of packages.
#[derive(Clone, Debug, Default)]
pub struct PackageLocations {
    /// Package folders by name.
    pub named: BTreeMap<String, PathBuf>,
    /// Folders that are packages or contain packages, as in `ROS_PACKAGE_PATH`.
    pub folders: Vec<PathBuf>,
    /// Folders with packages in `share/`, as in `AMENT_PREFIX_PATH`.
    pub prefixes: Vec<PathBuf>,
}

/// Reason that a file was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// What was tried, as one sentence.
    pub what: String,
    /// Package whose location would have to be known.
    pub package: Option<String>,
}

/// A parsed name.
enum Name<'a> {
    InPackage { package: &'a str, rest: &'a str },
    Path(&'a str),
}

/// Returns the file of this name; relative names start at `folder`, that of the URDF.
///
/// # Errors
/// [`NotFound`] with the places that were searched.
pub fn locate(name: &str, folder: &Path, packages: &PackageLocations) -> Result<PathBuf, NotFound> {
    let name = name.trim();
    let decoded = decoded(name);
    let slashes = name.replace('\\', "/");
    let spellings = [name, &decoded, &slashes];
    let mut first = None;
    for spelling in spellings {
        match locate_as(spelling, folder, packages) {
            Ok(path) => return Ok(path),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.expect("one spelling was tried"))
}

fn locate_as(name: &str, folder: &Path, packages: &PackageLocations) -> Result<PathBuf, NotFound> {
    match apart(name)? {
        Name::Path(path) => {
            let path = folder.join(path);
            if path.is_file() {
                return Ok(path);
            }
            Err(NotFound {
                what: format!("there is no file {}", path.display()),
                package: None,
            })
        }
        Name::InPackage { package, rest } => in_package(package, rest, folder, packages)
            .ok_or_else(|| {
                let known = packages.named.get(package);
                let what = match known {
                    Some(place) => format!("there is no file {}", place.join(rest).display()),
                    None => format!(
                        "package `{package}` with this file is neither beside {} or above, nor in \
                         ROS_PACKAGE_PATH or AMENT_PREFIX_PATH",
                        shown(folder)
                    ),
                };
                NotFound {
                    what,
                    package: Some(package.to_owned()),
                }
            }),
    }
}

fn shown(folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        "the robot's file".to_owned()
    } else {
        folder.display().to_string()
    }
}

fn apart(name: &str) -> Result<Name<'_>, NotFound> {
    for scheme in ["package://", "model://"] {
        if let Some(rest) = name.strip_prefix(scheme) {
            let (package, rest) = rest.split_once('/').unwrap_or((rest, ""));
            let rest = rest.trim_start_matches('/');
            return Ok(Name::InPackage { package, rest });
        }
    }
    if let Some(rest) = name.strip_prefix("file://") {
        let local = rest
            .strip_prefix("localhost")
            .filter(|it| it.starts_with('/'));
        return Ok(Name::Path(local.unwrap_or(rest)));
    }
    if let Some(rest) = name.strip_prefix("file:") {
        return Ok(Name::Path(rest));
    }
    if let Some((scheme, _)) = name.split_once("://") {
        return Err(NotFound {
            what: format!("files behind `{scheme}://` are not fetched"),
            package: None,
        });
    }
    Ok(Name::Path(name))
}

/// Searches `--package`, then beside and above the URDF, then where ROS looks.
fn in_package(
    package: &str,
    rest: &str,
    folder: &Path,
    packages: &PackageLocations,
) -> Option<PathBuf> {
    let file = |place: &Path| Some(place.join(rest)).filter(|path| path.is_file());
    if let Some(place) = packages.named.get(package) {
        return file(place);
    }
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let is_named = |place: &Path| place.file_name() == Some(OsStr::new(package));
    let above = absolute.ancestors().find_map(|place| {
        let own = is_named(place).then(|| file(place)).flatten();
        own.or_else(|| file(&place.join(package)))
    });
    let in_prefix = |prefix: &PathBuf| file(&prefix.join("share").join(package));
    above
        .or_else(|| {
            let mut folders = packages.folders.iter();
            folders.find_map(|place| within(place, package, PACKAGE_DEPTH, &file))
        })
        .or_else(|| packages.prefixes.iter().find_map(in_prefix))
        .or_else(|| {
            // A checkout often has another name than the package in it.
            let unnamed = absolute.ancestors().take(UNNAMED_ABOVE + 1);
            unnamed.filter(|it| it.parent().is_some()).find_map(file)
        })
}

/// Returns the file in a package that is this folder or is in it, as in `ROS_PACKAGE_PATH`.
fn within(
    place: &Path,
    package: &str,
    depth: usize,
    file: &impl Fn(&Path) -> Option<PathBuf>,
) -> Option<PathBuf> {
    if place.file_name() == Some(OsStr::new(package))
        && let Some(found) = file(place)
    {
        return Some(found);
    }
    if depth == 0 {
        return None;
    }
    if let Some(found) = file(&place.join(package)) {
        return Some(found);
    }
    // A package contains no other packages.
    if place.join("package.xml").is_file() {
        return None;
    }
    let mut folders: Vec<PathBuf> = std::fs::read_dir(place)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
        .iter()
        .find_map(|folder| within(folder, package, depth - 1, file))
}

/// Returns the name with escapes such as `%20` decoded.
fn decoded(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn files(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "mesh").unwrap();
        }
        folder
    }

    #[test]
    fn every_way_to_write_a_name_is_understood() {
        let root = files(&["arm/meshes/a b.stl", "arm/urdf/own.stl"]);
        let urdf = root.path().join("arm/urdf");
        let absolute = root.path().join("arm/meshes/a b.stl");
        let absolute = absolute.to_str().unwrap();
        let none = PackageLocations::default();
        for name in [
            "package://arm/meshes/a b.stl",
            "package://arm/meshes/a%20b.stl",
            "package://arm//meshes/a b.stl",
            "model://arm/meshes/a b.stl",
            "package://called_otherwise/meshes/a b.stl",
            "../meshes/a b.stl",
            "..\\meshes\\a b.stl",
            absolute,
            &format!("file://{absolute}"),
            &format!("file://localhost{absolute}"),
            "own.stl",
            "./own.stl",
            "file:own.stl",
        ] {
            assert!(locate(name, &urdf, &none).is_ok(), "{name}");
        }
        for name in ["other.stl", "package://arm/other.stl", "http://x/own.stl"] {
            assert!(locate(name, &urdf, &none).is_err(), "{name}");
        }
    }

    #[test]
    fn packages_are_found_where_ros_looks_and_where_one_says() {
        let root = files(&[
            "src/stack/arm/meshes/a.stl",
            "install/share/hand/meshes/h.stl",
            "elsewhere/meshes/g.stl",
            "urdf/x",
        ]);
        let at = |name: &str| root.path().join(name);
        let packages = PackageLocations {
            named: [("grip".to_owned(), at("elsewhere"))].into(),
            folders: vec![at("nowhere"), at("src")],
            prefixes: vec![at("install")],
        };
        let find = |name: &str| locate(name, &at("urdf"), &packages);
        assert!(find("package://arm/meshes/a.stl").is_ok());
        assert!(find("package://hand/meshes/h.stl").is_ok());
        assert!(find("package://grip/meshes/g.stl").is_ok());
        let missing = find("package://leg/meshes/l.stl").unwrap_err();
        assert_eq!(missing.package.as_deref(), Some("leg"));
        assert!(missing.what.contains("ROS_PACKAGE_PATH"), "{missing:?}");
        let missing = find("package://grip/meshes/l.stl").unwrap_err();
        assert!(
            missing.what.contains("elsewhere/meshes/l.stl"),
            "{missing:?}"
        );
    }
}
