//! Devices: the one that tests run on, and the f64 reference device.

use burn::tensor::Device;

/// Which device the tests shall run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A wgpu adapter if there is one, else the CPU.
    #[default]
    Auto,
    Wgpu,
    Cpu,
}

/// The devices of this process, both ready for autodiff.
#[derive(Debug, Clone)]
pub struct Devices {
    pub test: Device,
    /// flex in f64.
    pub reference: Device,
    /// For people: adapter, driver and API, or the CPU device.
    pub description: String,
    /// Said once when `auto` had to fall back to the CPU.
    pub note: Option<String>,
}

/// A wgpu adapter was required and none was found.
#[derive(Debug, thiserror::Error)]
#[error("no wgpu adapter: {reason}")]
pub struct AdapterRequired {
    pub reason: String,
}

impl Devices {
    /// Opens the devices. Call it once per process: Burn fixes a device's float type at first use.
    ///
    /// # Errors
    ///
    /// When `choice` is [`DeviceChoice::Wgpu`] and there is no adapter.
    pub fn open(_choice: DeviceChoice) -> Result<Self, AdapterRequired> {
        todo!()
    }
}
