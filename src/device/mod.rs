//! Devices: the one that tests run on, and the f64 reference device.
//!
//! One process uses one test device, from one thread: Burn's seeds and float types are global.

mod probe;

use burn::tensor::{DType, Device, DeviceConfig, ExecutionError, FloatDType};

pub use probe::{Adapter, probe};

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

/// Where a model lives: a device, and the type of its numbers there.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub device: Device,
    pub float: FloatDType,
}

impl Place {
    /// For the creation of float tensors.
    pub fn floats(&self) -> (&Device, DType) {
        (&self.device, self.float.into())
    }

    /// Unit roundoff of the numbers: half the distance from 1 to the next larger number.
    pub fn unit_roundoff(&self) -> f64 {
        match self.float {
            FloatDType::F64 => f64::EPSILON / 2.0,
            _ => f64::from(f32::EPSILON) / 2.0,
        }
    }
}

/// The devices of this process, both ready for autodiff.
#[derive(Debug, Clone)]
pub struct Devices {
    /// What the tests run on: a wgpu adapter in f32, or the reference device itself.
    pub test: Place,
    /// Burn's flex device in f64.
    pub reference: Place,
    /// For people: adapter, driver and API, or the CPU device.
    pub description: String,
    /// Said once when `auto` had to fall back to the CPU.
    pub note: Option<String>,
}

/// A wgpu adapter was required and none was found.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "no wgpu adapter: {reason}\n\
     help: install a driver (Debian: `mesa-vulkan-drivers` gives a software one), or run with \
     `--device cpu`"
)]
pub struct AdapterRequired {
    pub reason: String,
}

/// A device could not hand its results over.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the device failed: {reason}")]
pub struct DeviceFailure {
    pub reason: String,
}

impl DeviceFailure {
    pub fn from_error(error: ExecutionError) -> Self {
        Self { reason: error.to_string() }
    }
}

impl Devices {
    /// Opens the devices. Call it once per process: Burn fixes a device's float type at its first
    /// use.
    ///
    /// # Errors
    ///
    /// When `choice` is [`DeviceChoice::Wgpu`] and there is no adapter.
    pub fn open(choice: DeviceChoice) -> Result<Self, AdapterRequired> {
        let reference = reference();
        let cpu = |note: Option<String>| Self {
            test: reference.clone(),
            reference: reference.clone(),
            description: "CPU (Burn flex, f64)".to_owned(),
            note,
        };
        if choice == DeviceChoice::Cpu {
            return Ok(cpu(None));
        }
        match probe() {
            Ok((device, adapter)) => Ok(Self {
                test: Place { device: device.autodiff(), float: FloatDType::F32 },
                reference: reference.clone(),
                description: adapter.to_string(),
                note: None,
            }),
            Err(reason) if choice == DeviceChoice::Wgpu => Err(AdapterRequired { reason }),
            Err(reason) => {
                Ok(cpu(Some(format!("no wgpu adapter, so the tests run on the CPU ({reason})"))))
            }
        }
    }

    /// Whether the tests run on the reference device itself.
    pub fn test_is_reference(&self) -> bool {
        self.test == self.reference
    }
}

/// Where references are computed, and structures of models looked at: flex in f64, with autodiff.
/// Configured once per process.
pub(crate) fn reference() -> Place {
    static REFERENCE: std::sync::OnceLock<Device> = std::sync::OnceLock::new();
    let device = REFERENCE
        .get_or_init(|| {
            let mut device = Device::flex();
            device
                .configure(DeviceConfig::default().float_dtype(FloatDType::F64))
                .expect("nothing in this process uses flex before it is configured");
            device.autodiff()
        })
        .clone();
    Place { device, float: FloatDType::F64 }
}

/// For tests that draw on a device: Burn's seeds are global to the process, and tests run on many
/// threads. Whoever holds this draws alone.
#[cfg(test)]
pub(crate) fn alone() -> std::sync::MutexGuard<'static, ()> {
    static DRAWING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    // Before the first number: then flex cannot be configured any more.
    reference();
    // A test that failed has left no state behind.
    DRAWING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
