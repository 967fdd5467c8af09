//! Burn modules whose type is not known here: `Module` behind a pointer.
//!
//! Burn's `Module` cannot be a trait object, because visitors and mappers are type parameters. Here
//! a visitor is handed a rank and a reference without a type, and asks for the parameter by its
//! rank. [`AnyModule`] is a `Module` itself, so that whatever works on modules works on it.

use std::any::Any;
use std::fmt;

use burn::module::{Flag, Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

/// A module of some type.
pub struct AnyModule(Box<dyn ErasedModule>);

impl AnyModule {
    pub fn new<M: Module + 'static>(module: M) -> Self {
        Self(Box::new(Held(module)))
    }

    /// The module itself, for who knows its type.
    pub fn downcast<M: Module + 'static>(&self) -> Option<&M> {
        self.0.as_any().downcast_ref()
    }
}

impl Clone for AnyModule {
    fn clone(&self) -> Self {
        Self(self.0.boxed_clone())
    }
}

impl fmt::Debug for AnyModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Module for AnyModule {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        self.0.collect_devices(devices)
    }

    fn fork(self, device: &Device) -> Self {
        Self(self.0.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        Self(self.0.to_device(device))
    }

    fn train(self) -> Self {
        Self(self.0.train())
    }

    fn valid(&self) -> Self {
        Self(self.0.valid())
    }

    fn materialize(self) -> Self {
        Self(self.0.materialize())
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.0.visit(&mut Visit(visitor));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        Self(self.0.map(&mut Map(mapper)))
    }
}

/// `Module` without type parameters.
trait ErasedModule: Send + fmt::Debug {
    fn as_any(&self) -> &dyn Any;
    fn boxed_clone(&self) -> Box<dyn ErasedModule>;
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device>;
    fn fork(self: Box<Self>, device: &Device) -> Box<dyn ErasedModule>;
    fn to_device(self: Box<Self>, device: &Device) -> Box<dyn ErasedModule>;
    fn train(self: Box<Self>) -> Box<dyn ErasedModule>;
    fn valid(&self) -> Box<dyn ErasedModule>;
    fn materialize(self: Box<Self>) -> Box<dyn ErasedModule>;
    fn visit(&self, visitor: &mut dyn ErasedVisitor);
    fn map(self: Box<Self>, mapper: &mut dyn ErasedMapper) -> Box<dyn ErasedModule>;
}

/// Not the module itself: its own methods of the same names would be called instead.
struct Held<M>(M);

impl<M: fmt::Debug> fmt::Debug for Held<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<M: Module + 'static> ErasedModule for Held<M> {
    fn as_any(&self) -> &dyn Any {
        &self.0
    }

    fn boxed_clone(&self) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.clone()))
    }

    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        self.0.collect_devices(devices)
    }

    fn fork(self: Box<Self>, device: &Device) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.fork(device)))
    }

    fn to_device(self: Box<Self>, device: &Device) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.to_device(device)))
    }

    fn train(self: Box<Self>) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.train()))
    }

    fn valid(&self) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.valid()))
    }

    fn materialize(self: Box<Self>) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.materialize()))
    }

    fn visit(&self, mut visitor: &mut dyn ErasedVisitor) {
        self.0.visit(&mut ByRank(&mut visitor));
    }

    fn map(self: Box<Self>, mut mapper: &mut dyn ErasedMapper) -> Box<dyn ErasedModule> {
        Box::new(Self(self.0.map(&mut ByRank(&mut mapper))))
    }
}

/// `ModuleVisitor` without type parameters.
trait ErasedVisitor {
    fn enter(&mut self, name: &str, container: &str);
    fn exit(&mut self, name: &str, container: &str);
    /// `param` is a `Param<Tensor<rank>>`.
    fn float(&mut self, rank: usize, param: &dyn Any);
    fn flag(&mut self, flag: &Param<Flag>);
}

/// `ModuleMapper` without type parameters.
trait ErasedMapper {
    fn enter(&mut self, name: &str, container: &str);
    fn exit(&mut self, name: &str, container: &str);
    /// `param` is a `Param<Tensor<rank>>`, and so is the result.
    fn float(&mut self, rank: usize, param: Box<dyn Any>) -> Box<dyn Any>;
    fn flag(&mut self, flag: Param<Flag>) -> Param<Flag>;
}

/// The module's side: forgets the type of a parameter and keeps its rank.
struct ByRank<'a, T>(&'a mut T);

impl ModuleVisitor for ByRank<'_, &mut dyn ErasedVisitor> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.0.enter(name, container);
    }

    fn exit_module(&mut self, name: &str, container: &str) {
        self.0.exit(name, container);
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.float(D, param);
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        self.0.flag(flag);
    }
}

impl ModuleMapper for ByRank<'_, &mut dyn ErasedMapper> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.0.enter(name, container);
    }

    fn exit_module(&mut self, name: &str, container: &str) {
        self.0.exit(name, container);
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        *self.0.float(D, Box::new(param)).downcast().expect("a mapper keeps the rank")
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        self.0.flag(flag)
    }
}

/// Runs an expression with the rank as a constant.
macro_rules! by_rank {
    ($rank:expr, $constant:ident => $body:expr) => {
        by_rank!(@ $rank, $constant, $body, 1 2 3 4 5 6 7 8 9 10 11 12)
    };
    (@ $rank:expr, $constant:ident, $body:expr, $($known:literal)*) => {
        match $rank {
            $($known => {
                const $constant: usize = $known;
                $body
            })*
            rank => panic!("a parameter has {rank} axes; nn-test knows tensors of up to 12"),
        }
    };
}

const SAME_RANK: &str = "the rank belongs to the parameter";

/// The visitor's side: gives a parameter its type back.
struct Visit<'a, V>(&'a mut V);

impl<V: ModuleVisitor> ErasedVisitor for Visit<'_, V> {
    fn enter(&mut self, name: &str, container: &str) {
        self.0.enter_module(name, container);
    }

    fn exit(&mut self, name: &str, container: &str) {
        self.0.exit_module(name, container);
    }

    fn float(&mut self, rank: usize, param: &dyn Any) {
        by_rank!(rank, RANK => {
            self.0.visit_float::<RANK>(param.downcast_ref().expect(SAME_RANK));
        });
    }

    fn flag(&mut self, flag: &Param<Flag>) {
        self.0.visit_flag(flag);
    }
}

/// The mapper's side: gives a parameter its type back.
struct Map<'a, M>(&'a mut M);

impl<M: ModuleMapper> ErasedMapper for Map<'_, M> {
    fn enter(&mut self, name: &str, container: &str) {
        self.0.enter_module(name, container);
    }

    fn exit(&mut self, name: &str, container: &str) {
        self.0.exit_module(name, container);
    }

    fn float(&mut self, rank: usize, param: Box<dyn Any>) -> Box<dyn Any> {
        by_rank!(rank, RANK => {
            Box::new(self.0.map_float::<RANK>(*param.downcast().expect(SAME_RANK)))
        })
    }

    fn flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        self.0.map_flag(flag)
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};

    use super::*;
    use crate::device::{DeviceChoice, Devices};
    use crate::model::{TensorVisitor, visit_tensors};

    #[derive(Module, Debug)]
    struct Net {
        hidden: Linear,
        norm: burn::nn::BatchNorm,
        dropout: Dropout,
    }

    fn net() -> Net {
        let device = Devices::open(DeviceChoice::Cpu).unwrap().reference.device;
        Net {
            hidden: LinearConfig::new(2, 3).init(&device),
            norm: BatchNormConfig::new(3).init(&device),
            dropout: DropoutConfig::new(0.5).init(),
        }
    }

    #[derive(Default)]
    struct Seen(Vec<String>);

    impl TensorVisitor for Seen {
        fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
            self.0.push(format!("{} {:?} {}", path.join("."), param.val().dims(), param.id));
        }
    }

    impl ModuleVisitor for Seen {
        fn visit_flag(&mut self, flag: &Param<Flag>) {
            self.0.push(flag.val().is_enabled().to_string());
        }
    }

    fn tensors(module: &impl Module) -> Vec<String> {
        let mut seen = Seen::default();
        visit_tensors(module, &mut seen);
        seen.0
    }

    #[test]
    fn a_module_shows_the_same_tensors_with_and_without_its_type() {
        let _alone = crate::device::alone();
        let net = net();
        let expected = tensors(&net);
        assert_eq!(expected.len(), 6, "{expected:?}");
        let any = AnyModule::new(net);
        assert_eq!(tensors(&any), expected);
        assert_eq!(tensors(&any.clone().valid().train()), expected);
        assert!(any.downcast::<Net>().is_some() && any.downcast::<Linear>().is_none());
    }

    #[test]
    fn a_mapper_changes_the_tensors_behind_the_pointer() {
        let _alone = crate::device::alone();
        struct Zero;
        impl ModuleMapper for Zero {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                param.map(|tensor| tensor.zeros_like())
            }
        }
        let any = AnyModule::new(net()).map(&mut Zero);
        let weight = any.downcast::<Net>().unwrap().hidden.weight.val();
        assert_eq!(weight.abs().sum().into_scalar::<f64>(), 0.0);
    }

    #[test]
    fn flags_are_shown_too() {
        let _alone = crate::device::alone();
        let mut seen = Seen::default();
        AnyModule::new(net()).visit(&mut seen);
        assert_eq!(seen.0, ["true", "true"]);
    }
}
