//! Models that start from files of each kind.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn_store::{BurnpackStore, ModuleSnapshot, PytorchStore};

use crate::device::{DeviceChoice, Devices};
use crate::experiment::{Evidence, Experiment, Laboratory};
use crate::model::{NamedTensor, Weights, slots};
use crate::property::{self, Options, Outcome};
use crate::spec::{Source, parse};
use crate::subject::Subject;

/// The MLP whose weights lie in `fixtures/weights`, with a line for its file.
fn subject(folder: &Path, weights: &str) -> Subject {
    let text = format!(
        "version: 1\nname: weights\ntask: classification\n\
         data: {{blobs: {{examples: 64, classes: 3, features: 4}}}}\nmodel:\n  layers:\n    \
         - linear: {{out: 16, name: hidden}}\n    - tanh\n    - linear: {{out: 3, name: head}}\n  \
         weights: {weights}\n"
    );
    let source = Source::new(folder.join("spec.yaml"), text);
    parse(source).and_then(Subject::prepare).unwrap_or_else(|e| panic!("{}", e.render(false)))
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/weights")
}

/// What the model starts from, with names as in PyTorch's `Sequential`.
fn start(file: &str, more: &str) -> Vec<NamedTensor> {
    let weights = format!("{{file: {file}, map: {{\"0\": hidden, \"2\": head}}{more}}}");
    let subject = subject(&fixtures(), &weights);
    let place = Devices::open(DeviceChoice::Cpu).unwrap().reference;
    subject.start(&slots(&subject.build(&place.device))).unwrap()
}

#[test]
fn safetensors_a_state_dict_and_a_checkpoint_give_the_same_weights() {
    let _alone = crate::device::alone();
    let safetensors = start("mlp.safetensors", "");
    let paths: Vec<_> = safetensors.iter().map(|tensor| tensor.path.as_str()).collect();
    assert_eq!(paths, ["hidden.weight", "hidden.bias", "head.weight", "head.bias"]);
    assert_eq!(safetensors[0].shape, [4, 16]);
    assert_eq!(start("mlp.pt", ""), safetensors);
    assert_eq!(start("checkpoint.pth", ", key: model"), safetensors);
}

#[test]
fn a_linear_weight_is_turned_as_burn_store_turns_it() {
    let _alone = crate::device::alone();
    #[derive(Module, Debug)]
    struct Net {
        hidden: burn::nn::Linear,
        head: burn::nn::Linear,
    }
    let device = Devices::open(DeviceChoice::Cpu).unwrap().reference.device;
    let mut net = Net {
        hidden: burn::nn::LinearConfig::new(4, 16).init(&device),
        head: burn::nn::LinearConfig::new(16, 3).init(&device),
    };
    let mut store = PytorchStore::from_file(fixtures().join("mlp.pt"))
        .map_indices_contiguous(false)
        .with_key_remapping("^0\\.", "hidden.")
        .with_key_remapping("^2\\.", "head.");
    net.load_from(&mut store).unwrap();
    assert_eq!(Weights::read(&net).unwrap().tensors, start("mlp.pt", ""));
}

#[test]
fn a_record_of_burn_needs_no_map() {
    let _alone = crate::device::alone();
    let folder = tempfile::tempdir().unwrap();
    let before = subject(&fixtures(), "{file: mlp.pt, map: {\"0\": hidden, \"2\": head}}");
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    let place = &devices.reference;
    let model = before.build(&place.device);
    let expected = before.start(&slots(&model)).unwrap();
    let model = Weights { tensors: expected.clone() }.load(model, place);
    model.save_into(&mut BurnpackStore::from_file(folder.path().join("mlp.bpk"))).unwrap();
    let after = subject(folder.path(), "mlp.bpk");
    assert_eq!(after.start(&slots(&after.build(&place.device))).unwrap(), expected);
}

fn initial(subject: Subject) -> Evidence {
    let devices = Devices::open(DeviceChoice::Cpu).unwrap();
    let mut laboratory = Laboratory::new(subject, &devices).unwrap();
    laboratory.require(Experiment::Initial, &mut |_, _, _, _| ()).unwrap();
    laboratory.evidence().clone()
}

#[test]
fn experiments_start_from_the_file_and_the_seed_does_not_matter() {
    let _alone = crate::device::alone();
    let losses = [1, 2].map(|seed| {
        let map = "{file: mlp.safetensors, map: {\"0\": hidden, \"2\": head}}";
        let mut subject = subject(&fixtures(), map);
        subject.spec.training.seed = seed;
        let evidence = initial(subject);
        assert!(evidence.subject.weights.is_some());
        let property = property::find("initial_loss").unwrap();
        let verdict = (property.judge)(&evidence, &Options::defaults(&property.meta));
        assert_eq!(verdict.outcome, Outcome::NotApplicable, "{verdict:?}");
        evidence.initial().loss
    });
    assert_eq!(losses[0], losses[1]);
}

#[test]
fn a_partial_file_leaves_the_rest_to_its_initializer() {
    let _alone = crate::device::alone();
    let map = "{file: mlp.safetensors, map: {\"0\": hidden}, ignore: [\"2\"], partial: true}";
    let losses = [1, 2].map(|seed| {
        let mut subject = subject(&fixtures(), map);
        subject.spec.training.seed = seed;
        initial(subject).initial().loss
    });
    assert_ne!(losses[0], losses[1]);
}

#[test]
fn cut_files_are_errors_and_no_panics() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["mlp.safetensors", "mlp.pt", "checkpoint.pth"] {
        let bytes = fs::read(fixtures().join(name)).unwrap();
        for length in [1, 7, 8, 9, bytes.len() / 2, bytes.len() - 1] {
            fs::write(folder.path().join(name), &bytes[..length]).unwrap();
            let read = super::WeightFile::read(folder.path(), Path::new(name), None);
            assert!(read.is_err(), "{name} of {length} bytes");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_says_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let told = |name: &str| {
        let error = super::WeightFile::read(folder.path(), Path::new(name), None).unwrap_err();
        format!("{error}; {}", error.help())
    };
    let here = |name: &str| folder.path().join(name).display().to_string();
    fs::create_dir(folder.path().join("folder.pt")).unwrap();
    fs::write(folder.path().join("notes.txt"), "weights").unwrap();
    fs::write(folder.path().join("notes.safetensors"), "weights").unwrap();
    let missing = format!(
        "there is no file `net.pt`; paths start from the spec's folder: this is `{}`",
        here("net.pt")
    );
    assert_eq!(told("net.pt"), missing);
    assert!(told("folder.pt").starts_with("`folder.pt` cannot be read: "), "{}", told("folder.pt"));
    assert!(told("folder.pt").ends_with(&format!("this is `{}`", here("folder.pt"))));
    assert_eq!(
        told("notes.txt"),
        "`notes.txt` is of no kind that holds weights; the end of the name tells the kind: \
         `.safetensors`, `.pt` or `.pth` of PyTorch, `.bpk` of Burn"
    );
    let other = told("notes.safetensors");
    assert!(other.starts_with("`notes.safetensors` does not hold what its name promises: "));
    assert!(other.contains("write the file again: `safetensors.torch.save_file`"), "{other}");
}
