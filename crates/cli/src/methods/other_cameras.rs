//! The pictures of a launch file's other cameras, for the tool `look`.

use std::collections::BTreeMap;

use anyhow::Result;
use enact_camera::Camera;
use enact_plan::strategy::tools::TableViews;
use enact_types::{Frame, Reason};

use crate::setup::Setup;

/// The cameras of a set-up beside the main one.
pub struct OtherCameras(BTreeMap<String, Box<dyn Camera>>);

impl OtherCameras {
    /// Opens them; `None` if there are none. Streams are shared with whoever else shows them.
    ///
    /// # Errors
    /// If one cannot be opened.
    pub fn open(setup: &Setup) -> Result<Option<Box<dyn TableViews>>> {
        let cameras = setup.launch.cameras.other_cameras();
        let opened = cameras.map(|it| Ok((it.name.clone(), setup.open_camera_for_onlooker(it)?)));
        let opened: BTreeMap<String, Box<dyn Camera>> = opened.collect::<Result<_>>()?;
        Ok((!opened.is_empty()).then(|| Box::new(Self(opened)) as Box<dyn TableViews>))
    }
}

impl TableViews for OtherCameras {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn look(&mut self, from: &str) -> Result<Frame, Reason> {
        let camera = self.0.get_mut(from).ok_or("there is no such camera")?;
        camera.capture().map_err(Reason::from_error)
    }
}
