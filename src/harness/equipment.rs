//! The devices and laboratories that a session works with.

use super::judge::{Judge, Obstacle, Prepare};
use crate::device::{AdapterRequired, DeviceChoice, Devices};
use crate::experiment::{Laboratory, SetUpError};
use crate::registry::Registry;
use crate::report::event::{Event, Sink};
use crate::spec::{DeviceKind, Spec};
use crate::subject::Subject;

/// The devices of this process: opened for the first spec that needs them, and once.
#[derive(Debug)]
pub(super) struct Equipment {
    choice: Result<DeviceChoice, String>,
    /// The Rust models that specs can name.
    models: Registry,
    devices: Option<Result<Devices, Obstacle>>,
}

impl Equipment {
    /// A reason why no device is chosen stands in the way of every spec.
    pub(super) fn new(choice: Result<DeviceChoice, String>, models: Registry) -> Self {
        Self { choice, models, devices: None }
    }

    fn devices(&mut self, sink: &mut dyn Sink) -> Result<&Devices, Obstacle> {
        if self.devices.is_none() {
            // A panic while opening leaves this behind: a device is not opened twice.
            let broken = "opening the device panicked before".to_owned();
            self.devices = Some(Err(Obstacle::Laboratory(broken)));
            self.devices = Some(open(&self.choice, sink));
        }
        let devices = self.devices.as_ref().expect("they were opened above");
        devices.as_ref().map_err(Clone::clone)
    }
}

impl Prepare for Equipment {
    fn device(&mut self, sink: &mut dyn Sink) -> Result<DeviceKind, Obstacle> {
        let devices = self.devices(sink)?;
        Ok(if devices.test_is_reference() { DeviceKind::Cpu } else { DeviceKind::Wgpu })
    }

    /// The subject comes first: what is wrong with a spec's data is told without a device too.
    fn prepare(&mut self, spec: Spec, sink: &mut dyn Sink) -> Result<Box<dyn Judge>, Obstacle> {
        let subject = Subject::prepare_with(spec, &self.models)
            .map_err(|diagnostics| Obstacle::Spec(diagnostics.render(false)))?;
        let laboratory =
            Laboratory::new(subject, self.devices(sink)?).map_err(|error| match error {
                SetUpError::Spec(diagnostics) => Obstacle::Spec(diagnostics.render(false)),
                error @ SetUpError::Failed(_) => Obstacle::Laboratory(error.to_string()),
            })?;
        Ok(Box::new(laboratory))
    }
}

fn open(choice: &Result<DeviceChoice, String>, sink: &mut dyn Sink) -> Result<Devices, Obstacle> {
    let choice = choice.clone().map_err(Obstacle::Laboratory)?;
    let devices =
        Devices::open(choice).map_err(|AdapterRequired { reason }| Obstacle::Adapter(reason))?;
    sink.emit(&Event::DeviceSelected {
        device: devices.description.clone(),
        note: devices.note.clone(),
    });
    Ok(devices)
}
