//! The model that is tested: declared in a spec, or written in Rust.

use burn::module::{Flag, Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Device;

use super::erased::AnyModule;
use super::network::Network;

/// A model on a device. It is a Burn module, whichever it is.
#[derive(Debug, Clone)]
pub enum Model {
    Declared(Network),
    Rust(AnyModule),
}

impl Model {
    /// The model with Burn's own random layers switched off: dropout, noise and randomized slopes.
    /// Batch normalization stays as it is. A declared network has none of these: its passes decide.
    pub fn quiet(self) -> Self {
        match self {
            Self::Declared(network) => Self::Declared(network),
            Self::Rust(module) => Self::Rust(module.map(&mut Quiet::default())),
        }
    }
}

impl Model {
    /// The model as it is used after training, but with a graph: nothing is random, and
    /// normalizations use their running statistics.
    pub fn evaluating(self) -> Self {
        self.map(&mut Still)
    }
}

/// Switches all flags off.
struct Still;

impl ModuleMapper for Still {
    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        flag.with_value(false)
    }
}

/// Types of Burn's modules that draw random numbers while their flag is on.
const RANDOM: [&str; 3] = ["Struct:Dropout", "Struct:GaussianNoise", "Struct:RRelu"];

/// Switches the flags of random modules off.
#[derive(Default)]
struct Quiet {
    /// Types of the modules around the place. A flag's own entry names the module that owns it.
    containers: Vec<String>,
}

impl ModuleMapper for Quiet {
    fn enter_module(&mut self, _name: &str, container: &str) {
        self.containers.push(container.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.containers.pop();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        match self.containers.last() {
            Some(container) if RANDOM.contains(&container.as_str()) => flag.with_value(false),
            _ => flag,
        }
    }
}

/// Runs an expression on the module inside.
macro_rules! on_module {
    ($model:expr, $module:ident => $body:expr) => {
        match $model {
            Model::Declared($module) => $body,
            Model::Rust($module) => $body,
        }
    };
}

/// Maps the module inside to one of the same type.
macro_rules! map_module {
    ($model:expr, $module:ident => $body:expr) => {
        match $model {
            Model::Declared($module) => Model::Declared($body),
            Model::Rust($module) => Model::Rust($body),
        }
    };
}

impl Module for Model {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        on_module!(self, module => module.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        map_module!(self, module => module.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        map_module!(self, module => module.to_device(device))
    }

    fn train(self) -> Self {
        map_module!(self, module => module.train())
    }

    fn valid(&self) -> Self {
        map_module!(self, module => module.valid())
    }

    fn materialize(self) -> Self {
        map_module!(self, module => module.materialize())
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        on_module!(self, module => module.visit(visitor));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        map_module!(self, module => module.map(mapper))
    }
}
