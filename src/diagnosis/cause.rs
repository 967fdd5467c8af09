//! The causes that a diagnosis can name, on the way from the data to the recipe.

/// Why a network does not learn.
#[derive(Debug, PartialEq, Eq)]
pub struct Cause {
    pub name: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// What it does.
    pub text: &'static str,
    /// What to do.
    pub mend: &'static str,
    /// Properties that fail because of it.
    consequences: &'static [&'static str],
}

impl Cause {
    /// Whether a property is likely to fail because of it.
    pub fn leads_to(&self, property: &str) -> bool {
        self.consequences.contains(&property)
    }

    /// All properties that may fail because of it.
    pub fn consequences(&self) -> &'static [&'static str] {
        self.consequences
    }
}

/// All of them.
pub static CAUSES: &[Cause] = &[
    Cause {
        name: "labels_broken",
        title: "labels do not belong to their inputs",
        text: "The answers were shuffled, shifted against their inputs, drawn by lot, or differ where inputs are the same. A model can learn some of them by heart and nothing that holds for others.",
        mend: "Look at some rows beside their labels, where they are read and where they are shuffled; inputs and labels must be shuffled and split together.",
        consequences: &["initial_loss", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "generalizes", "outputs_vary", "weights_update", "update_ratio"],
    },
    Cause {
        name: "classes_unbalanced",
        title: "one class is too rare to be learned",
        text: "The loss is low for a model that never names the rare class, and the gradient of its few examples drowns.",
        mend: "Give the loss `weights: balanced`, or gather more examples of the class.",
        consequences: &["learns", "generalizes", "beats_baseline"],
    },
    Cause {
        name: "class_weights_wrong",
        title: "answers of some classes count nothing in the loss",
        text: "Weights of the loss silence a class: the loss falls to its floor, and the answers stay wrong.",
        mend: "Look at the `weights` of the loss: in the order of the sorted labels, none of them 0 or far below the others.",
        consequences: &["overfits_batch", "generalizes", "beats_baseline"],
    },
    Cause {
        name: "split_leak",
        title: "held-out examples are trained on",
        text: "Copies of held-out examples stand among the training examples, so that the held-out loss says nothing about new ones.",
        mend: "Remove copies before the split, or split by `group`.",
        consequences: &["generalizes"],
    },
    Cause {
        name: "answer_among_inputs",
        title: "the answer is among the inputs",
        text: "A column was made of the answer: training and validation are brilliant, and use fails, where the column is not there yet.",
        mend: "Leave the column out of `features`.",
        consequences: &["generalizes"],
    },
    Cause {
        name: "split_unfit",
        title: "the parts of the data are not alike",
        text: "Training and held-out examples come from different ends of a sorted file: what is learned from one does not hold for the other.",
        mend: "Let the split shuffle (`shuffle: true`), or stratify it by class.",
        consequences: &["generalizes", "labels_valid", "beats_baseline"],
    },
    Cause {
        name: "inputs_not_scaled",
        title: "inputs are far from unit size",
        text: "Inputs that are thousands or thousandths in size saturate or silence the first layer, and make every rate wrong for it.",
        mend: "Scale the inputs (`scale: standardize`), once, by the training part.",
        consequences: &["inputs_normalized", "initial_loss", "activations_in_scale", "no_dead_units", "no_saturation", "gradients_flow", "overfits_batch", "memorizes_outputs", "learns", "outputs_vary", "update_ratio", "beats_baseline", "generalizes", "finite_everywhere", "features_vary"],
    },
    Cause {
        name: "targets_not_scaled",
        title: "targets are far from unit size",
        text: "The loss grows with the square of the targets: its gradient is far too large for the recipe, or the outputs need very many steps to reach them.",
        mend: "Scale the targets (`scale_target: standardize`).",
        consequences: &["initial_loss", "learns", "overfits_batch", "memorizes_outputs", "update_ratio", "outputs_vary", "beats_baseline", "generalizes", "no_dead_units", "finite_everywhere", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "inputs_unused",
        title: "part of the inputs never reaches the outputs",
        text: "A slice, a stride or an order of axes keeps most of the inputs from the layers behind: what they tell is lost.",
        mend: "Follow the shapes in the report of `shapes` from the input on, and look at the first layer that leaves something out.",
        consequences: &["uses_inputs", "every_parameter_gets_gradient", "weights_update", "update_ratio", "initial_loss", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "generalizes", "outputs_vary"],
    },
    Cause {
        name: "inputs_useless",
        title: "some columns tell nothing",
        text: "Columns of one value cannot tell examples apart.",
        mend: "Leave the columns out, or repair how they are read.",
        consequences: &["features_vary", "learns"],
    },
    Cause {
        name: "head_unsuited",
        title: "the last layer does not suit the loss",
        text: "The outputs are not what the loss takes (logits, probabilities, numbers of any size), or cannot reach the targets: the loss has a floor that no training gets below.",
        mend: "Follow the help of `loss_suits_task`: take away the last activation, or choose the loss that belongs to it.",
        consequences: &["loss_is_a_mean", "loss_terms_balanced", "every_parameter_gets_gradient", "gradients_match", "gradients_flow", "uses_inputs", "batch_independent", "no_dead_units", "no_saturation", "targets_scaled", "initial_loss", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "generalizes", "outputs_vary", "weights_update", "update_ratio", "finite_everywhere", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "loss_not_a_mean",
        title: "the loss is a sum over the batch",
        text: "A sum grows with the batch, and the steps with it: a rate that suits a mean is too high by the size of the batch.",
        mend: "Take the mean over examples (`reduction: mean`), or divide the rate by the batch size.",
        consequences: &["accumulation_equivalent", "no_dead_units", "initial_loss", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "generalizes", "outputs_vary", "weights_update", "update_ratio", "finite_everywhere", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "gradient_turned",
        title: "the sign of the loss is turned",
        text: "The optimizer climbs: steps along the gradient raise the loss.",
        mend: "Turn the sign of the loss or of the gradient: losses are minimized.",
        consequences: &["learns", "overfits_batch", "memorizes_outputs", "outputs_vary", "beats_baseline", "generalizes", "clipping_in_use", "no_dead_units", "finite_everywhere", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "layer_detached",
        title: "no gradient flows back through a layer",
        text: "A layer takes part in the outputs, but the backward pass ends there: what lies before it is not trained, or from half of its paths alone.",
        mend: "Look for a detached tensor (`detach`, `no_grad`, numbers read back and made a tensor again) in the layer named.",
        consequences: &["every_parameter_gets_gradient", "uses_inputs", "weights_update", "update_ratio", "learns", "overfits_batch", "memorizes_outputs"],
    },
    Cause {
        name: "gradient_wrong",
        title: "the backward pass of a layer is wrong",
        text: "The gradient is not the derivative of the loss: a factor, a sign or a path is missing in an operation of the layer named, or of the one behind it.",
        mend: "Compare the backward pass of the operation with its formula; `gradients_match` names the tensor that is nearest to it.",
        consequences: &["every_parameter_gets_gradient", "learns", "overfits_batch", "memorizes_outputs", "update_ratio", "weights_update", "outputs_vary", "beats_baseline", "no_dead_units", "finite_everywhere", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "layer_frozen",
        title: "a layer is not trained",
        text: "It gets a gradient, and its weights stay as they are, or move although they are frozen: the optimizer does not have the tensors that it should have.",
        mend: "Give the optimizer the module itself and keep what its step returns; see parameter groups and `no_grad`.",
        consequences: &["weights_update", "update_ratio", "learns", "overfits_batch", "memorizes_outputs", "regularization_in_range"],
    },
    Cause {
        name: "batch_mixing",
        title: "examples of a batch are mixed",
        text: "An output depends on other examples: a reshape or a mean went over the batch axis, or a softmax over the wrong axis.",
        mend: "Look for `reshape`, `mean`, `softmax` over axis 0 before the place named.",
        consequences: &["learns", "overfits_batch", "memorizes_outputs", "generalizes", "accumulation_equivalent"],
    },
    Cause {
        name: "time_leak",
        title: "a place sees what comes after it",
        text: "An output reads later steps of the sequence, which it is to foretell: training looks brilliant, and use fails.",
        mend: "Set the causal mask (`causal: true`), and read sequences forwards only.",
        consequences: &["overfits_batch", "generalizes"],
    },
    Cause {
        name: "initialization_constant",
        title: "weights start alike",
        text: "Units with the same weights get the same gradient and stay the same for good: a layer of them is one unit.",
        mend: "Draw the weights (`kaiming_uniform`, `xavier_normal`).",
        consequences: &["activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss"],
    },
    Cause {
        name: "initialization_too_large",
        title: "weights start too large",
        text: "The signal grows from layer to layer, activations saturate or explode, and the loss begins far above guessing.",
        mend: "Use the default initializer, or a deviation of about √(2 / fan-in) before ReLU.",
        consequences: &["gradients_match", "activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "initialization_too_small",
        title: "weights start too small",
        text: "The signal shrinks from layer to layer: all examples look alike behind it, and gradients vanish on their way back.",
        mend: "Use the default initializer, or a deviation of about √(2 / fan-in) before ReLU.",
        consequences: &["activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss"],
    },
    Cause {
        name: "activation_dead",
        title: "units never become active",
        text: "ReLUs whose input is below 0 for every example give 0 and pass no gradient: what lies before them is not trained.",
        mend: "Set the biases to 0, use the default initializer, lower the rate, or take `leaky_relu`.",
        consequences: &["activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss"],
    },
    Cause {
        name: "activation_saturated",
        title: "activations stand on their flats",
        text: "A tanh or sigmoid far from 0 has no slope: the gradient ends there.",
        mend: "Make biases and weights before it smaller, scale the inputs, or normalize before it.",
        consequences: &["activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss"],
    },
    Cause {
        name: "activation_unsuited",
        title: "an activation does not suit its place",
        text: "A softmax between layers makes numbers of the size 1 / width that sum to 1: little of the signal is left.",
        mend: "Take `relu`, `gelu` or `tanh` between layers.",
        consequences: &["activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss"],
    },
    Cause {
        name: "activation_missing",
        title: "no activation stands between layers",
        text: "Layers without an activation between them are one linear map, however many there are.",
        mend: "Put an activation such as `relu` between them.",
        consequences: &["overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "beats_linear"],
    },
    Cause {
        name: "gradient_vanishes",
        title: "the signal dies on its way through the layers",
        text: "Layer after layer takes a part of signal and gradient: the first layers are not trained.",
        mend: "Take ReLU and its initializer, shortcuts (`residual`) or normalization, or fewer layers.",
        consequences: &["activations_in_scale", "gradients_flow", "no_dead_units", "no_saturation", "outputs_vary", "every_parameter_gets_gradient", "uses_inputs", "batch_independent", "weights_update", "update_ratio", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "finite_everywhere", "initial_loss"],
    },
    Cause {
        name: "normalization_misused",
        title: "a normalization does not do its work",
        text: "Running statistics do not follow the batches, or the variance drowns in epsilon: the model in use is another one than in training.",
        mend: "Take the usual momentum (0.1) and epsilon (1e-5), batches of 16 and more, and train in training mode.",
        consequences: &["normalization_sound", "train_eval_consistent", "activations_in_scale", "initial_loss", "overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "generalizes", "outputs_vary", "weights_update", "update_ratio", "no_dead_units"],
    },
    Cause {
        name: "dropout_misused",
        title: "dropout takes too much, or stands where it must not",
        text: "So much is dropped that no signal is left, or dropout acts behind the last layer, before a normalization, or in use.",
        mend: "Take 0.1 to 0.5, between hidden layers, and only in training.",
        consequences: &["dropout_sound", "train_eval_consistent", "outputs_vary", "no_dead_units", "learns", "beats_baseline", "generalizes"],
    },
    Cause {
        name: "augmentation_unfit",
        title: "augmentation destroys what is to be learned",
        text: "The model learns the examples as they are by heart, but not as the recipe changes them: noise drowns them, or a flip makes another class of them.",
        mend: "Make the augmentation weaker, or leave it out; look at some changed examples beside their labels.",
        consequences: &["augmentation_keeps_scale", "learns", "beats_baseline", "generalizes", "outputs_vary", "no_dead_units"],
    },
    Cause {
        name: "regularization_too_strong",
        title: "regularization outweighs the data",
        text: "The penalty, or weight decay, pulls the weights to 0 faster than the data moves them.",
        mend: "Lower the strength by factors of ten.",
        consequences: &["regularization_in_range", "learns", "update_ratio", "outputs_vary", "no_dead_units", "beats_baseline", "gradients_match"],
    },
    Cause {
        name: "clipping_too_tight",
        title: "gradients are clipped to nearly nothing",
        text: "The bound lies far below the usual gradient: every step is tiny.",
        mend: "Set the bound near the median of the gradient, which the report of `clipping_in_use` names.",
        consequences: &["clipping_in_use", "update_ratio", "learns", "beats_baseline"],
    },
    Cause {
        name: "schedule_unfit",
        title: "the schedule leaves no rate to learn with",
        text: "The rate is gone after a few steps, or its warm-up never ends.",
        mend: "Fit the schedule to the recipe: its steps are counted in steps, not in epochs.",
        consequences: &["schedule_as_declared", "update_ratio", "learns", "beats_baseline"],
    },
    Cause {
        name: "batch_too_small",
        title: "a batch is too small for what is computed over it",
        text: "One example has no variance: a normalization over it gives 0.",
        mend: "Take batches of 16 and more, or a normalization that does not look at the batch.",
        consequences: &["normalization_sound", "train_eval_consistent", "outputs_vary", "no_dead_units", "update_ratio", "learns"],
    },
    Cause {
        name: "learning_rate_too_high",
        title: "the learning rate is too high",
        text: "Steps overshoot: the loss rises or stays, units die, and the outputs become one constant.",
        mend: "Divide the learning rate by 10 until the loss falls.",
        consequences: &["learns", "outputs_vary", "no_dead_units", "no_saturation", "update_ratio", "clipping_in_use", "beats_baseline", "generalizes", "learning_rate_in_range", "finite_everywhere", "loss_is_nonnegative", "normalization_sound", "train_eval_consistent"],
    },
    Cause {
        name: "learning_rate_too_low",
        title: "the learning rate is too low",
        text: "Steps are so small that the loss stays where it is.",
        mend: "Multiply the learning rate by 10 until the loss falls.",
        consequences: &["learns", "update_ratio", "beats_baseline", "learning_rate_in_range"],
    },
    Cause {
        name: "too_few_steps",
        title: "the recipe ends before anything can be learned",
        text: "A handful of steps is no training, whatever the rate.",
        mend: "Train for more epochs, or with smaller batches.",
        consequences: &["learns", "beats_baseline", "generalizes"],
    },
    Cause {
        name: "capacity_too_small",
        title: "the model is too small for its examples",
        text: "Even a few examples cannot be learned by heart, though gradients are right: some layer lets too little through, or what tells the examples apart does not reach it.",
        mend: "Widen the narrowest layer, pool less, or give the model what it lacks (positions, for attention).",
        consequences: &["overfits_batch", "memorizes_outputs", "learns", "beats_baseline", "initial_loss", "no_dead_units"],
    },
];
