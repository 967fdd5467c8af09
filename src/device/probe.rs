//! Looks for a wgpu adapter without panicking.

use std::fmt;
use std::sync::OnceLock;

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuBackend, WgpuSetup};

/// What a wgpu adapter says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    pub name: String,
    /// Driver and its version.
    pub driver: String,
    /// `Vulkan`, `Metal`, `Dx12`.
    pub api: String,
    /// `DiscreteGpu`, `IntegratedGpu`, `Cpu`, …
    pub kind: String,
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}, {})", self.name, self.api, self.kind, self.driver)
    }
}

/// The process's wgpu device with its adapter, or the reason why there is none.
///
/// The API is pinned to the platform's native one: a fall-back to OpenGL has other limits and
/// would change results silently.
///
/// # Errors
///
/// The reason, when there is no adapter or it refuses a device.
pub fn probe() -> Result<(Device, Adapter), String> {
    static FOUND: OnceLock<Result<(Device, Adapter), String>> = OnceLock::new();
    FOUND.get_or_init(open).clone()
}

fn open() -> Result<(Device, Adapter), String> {
    let api = if cfg!(target_vendor = "apple") {
        WgpuBackend::Metal
    } else if cfg!(windows) {
        WgpuBackend::Dx12
    } else {
        WgpuBackend::Vulkan
    };
    let (device, setup) = Device::wgpu_options()
        .graphics_api(api)
        .init_with_setup()
        .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())?;
    let adapter = describe(&setup);
    Ok((device, adapter))
}

fn describe(setup: &WgpuSetup) -> Adapter {
    let info = setup.adapter.get_info();
    Adapter {
        driver: [info.driver, info.driver_info].join(" ").trim().to_owned(),
        name: info.name,
        api: format!("{:?}", info.backend),
        kind: format!("{:?}", info.device_type),
    }
}
