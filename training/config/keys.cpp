// The table of all keys, one function per section; training/config/loss_keys.cpp has the section [loss].
#include "training/config/keys.h"

#include <algorithm>

namespace dg {

Config::NetworkSettings::NetworkSettings() = default;

}  // namespace dg

namespace dg::config {
namespace {

std::vector<Key> top_keys() {
  return {
      integer("seed", DG_AT(seed), 0, no_limit, "seed of everything random"),
      paper("140000", integer("steps", DG_AT(steps), 1, billion,
                              "length of the schedule, in batches; its end is the end of training")),
      real("epochs", DG_AT(epochs), 0, million,
           "doppel train makes steps of it: how often a photo is seen, in the mean; 0 = steps says; kept as "
           "0"),
  };
}

std::vector<Key> data_keys() {
  return {
      base_identities_key(),
      integer(
          "data.split_seed", DG_AT(data.split_seed), 0, no_limit,
          "seed of the draw of who is held out where data.base_identities is \"auto\": not `seed`, so that "
          "runs of several seeds recognise the same people and can be compared"),
      integer("data.base_test_photos", DG_AT(data.base_test_photos), 0, million,
              "the last n photos of each base identity are held out for the base test; one with no more "
              "than n photos trains with all of them"),
      speed_or_log(integer("data.workers", DG_AT(data.workers), 0, 1024,
                           "threads that decode photos; 0 = the training thread does it")),
      speed_or_log(cache_key()),
      speed_or_log(
          real("data.max_broken", DG_AT(data.max_broken), 0, 1,
               "share of photos that may fail to decode before the run stops, from 20 such photos on")),
      crop_key(),
      boolean("data.nested", DG_AT(data.nested),
              "read photos in folders inside an identity's folder, up to 8 levels down, as the identity's"),
      speed_or_log(boolean("data.strict", DG_AT(data.strict),
                           "refuse a folder of which anything would be left out, and identities with too few "
                           "photos for their test")),
  };
}

std::vector<Key> network_keys() {
  return {
      paper("259",
            integer("network.input", DG_AT(network.input), 1, 65535, "pixels a side of the network's input")),
      paper("1.0", real("network.width", DG_AT(network.width), 0, 1024,
                        "multiplier of Table 1's channels (1 = a stem of 64)")),
      integer("network.embedding", DG_AT(network.embedding), 1, million, "numbers per face"),
      integers("network.blocks", DG_AT(network.blocks), 1, 1000, "residual blocks of each stage"),
      integers("network.branches", DG_AT(network.branches), 1, 16,
               "dilated branches of the transition after each stage but the last"),
      paper("\"valid\"",
            choice("network.padding", DG_AT(network.padding),
                   {{Padding::same, "same"}, {Padding::valid, "valid"}},
                   "\"valid\": Table 1's sizes; \"same\": for small inputs, so that all stages survive")),
      choice("network.shortcut", DG_AT(network.shortcut),
             {{Shortcut::projection, "projection"}, {Shortcut::zero_pad, "zero_pad"}},
             "shortcut of a residual block whose channels grow: 1x1 convolution or zeros"),
  };
}

std::vector<Key> init_keys() {
  return {
      integer("init.lsuv_images", DG_AT(init.lsuv_images), 2, million,
              "training photos that the initialisation (LSUV) looks at"),
      paper("\"normal\"",
            choice("init.classifier", DG_AT(init.classifier),
                   {{ClassifierStart::zero, "zero"},
                    {ClassifierStart::normal, "normal"},
                    {ClassifierStart::means, "means"}},
                   "classifier weights at the start; \"means\": of photos of each class, as the "
                   "fresh network embeds them")),
      real("init.classifier_sd", DG_AT(init.classifier_sd), 0, infinity,
           "their standard deviation where they start normal"),
      integer("init.means_photos", DG_AT(init.means_photos), 1, million,
              "\"means\": at most so many photos of each class"),
      real("init.means_length", DG_AT(init.means_length), 0, 1000,
           "\"means\": length of each class's weight, after the mean of all classes is subtracted"),
      paper("false", boolean("init.centre", DG_AT(init.centre), "centre the embedding once at the start")),
  };
}

std::vector<Key> optim_keys() {
  return {
      paper("0.01", real("optim.rate", DG_AT(optim.rate), 0, infinity, "learning rate at the start")),
      real("optim.final_rate", DG_AT(optim.final_rate), 0, infinity,
           "learning rate at the end of the cosine"),
      real("optim.momentum", DG_AT(optim.momentum), 0, 0.9999, "Nesterov momentum"),
      real("optim.decay", DG_AT(optim.decay), 0, infinity,
           "weight decay of convolution, fc and classifier weights"),
      boolean("optim.rate_inside", DG_AT(optim.rate_inside),
              "multiply by the rate before the momentum, not after it"),
      paper("0.0", real("optim.clip_norm", DG_AT(optim.clip_norm), 0, infinity,
                        "largest norm of all gradients together; 0 = no clipping")),
      paper("0",
            integer("optim.warmup", DG_AT(optim.warmup), 0, billion, "steps of linear warm-up; 0 = none")),
      integer("optim.restart_period", DG_AT(optim.restart_period), 0, billion,
              "steps of the first period of SGDR; 0 = no restarts"),
      real("optim.restart_factor", DG_AT(optim.restart_factor), 1, infinity,
           "length of each period over the length of the one before"),
      integers("optim.extended_at", DG_AT(optim.extended_at), 1, billion,
               "steps at which the schedule had ended and was extended (--extend): the cosine begins anew"),
  };
}

std::vector<Key> sampling_keys() {
  return {
      integer("sampling.batch", DG_AT(sampling.batch), 1, million, "images in a batch (M)"),
      integer("sampling.classes", DG_AT(sampling.classes), 0, million,
              "classes in a batch (N_c); 0 = batch / images_per_class; 0 or absent where that is a range"),
      images_per_class_key(),
      choice("sampling.method", DG_AT(sampling.method),
             {{SamplingMethod::random, "random"},
              {SamplingMethod::doppelganger, "doppelganger"},
              {SamplingMethod::hard_class, "hard_class"},
              {SamplingMethod::class_graph, "class_graph"}},
             "how the classes of a batch are chosen: all at random, by the doppelganger list, greedily among "
             "candidates embedded for each batch, or from a graph of neighbours made once per epoch"),
      integer("sampling.random_classes", DG_AT(sampling.random_classes), 1, million,
              "classes of a batch drawn at random (N_r), the others are doppelgangers (or what the method "
              "chooses); N_r = N_c is random sampling; not used by \"random\""),
      integer("sampling.lag", DG_AT(sampling.lag), 0, 10'000,
              "batch t is built from the doppelganger list as of step t - lag"),
      choice("sampling.update_rule", DG_AT(sampling.update_rule),
             {{UpdateRule::highest, "highest"}, {UpdateRule::last_image, "last"}},
             "which image of a class decides its doppelganger: the one with the highest score or the last"),
      real("sampling.list_from_seen", DG_AT(sampling.list_from_seen), 0, 1,
           "the doppelganger list starts once this share of the classes has been in a batch; 0 = at once"),
      integer("sampling.probe_photos", DG_AT(sampling.probe_photos), 1, 1000,
              "\"hard_class\" and \"class_graph\": photos of a class embedded to find the classes near it"),
      integer("sampling.candidates", DG_AT(sampling.candidates), 0, million,
              "\"hard_class\": classes embedded for each batch; 0 = four times the most a batch can have"),
      integer("sampling.neighbours", DG_AT(sampling.neighbours), 0, million,
              "\"class_graph\": neighbours kept of each class; 0 = one less than a batch has classes"),
      integer("sampling.graph_every", DG_AT(sampling.graph_every), 0, billion,
              "\"class_graph\": batches between two graphs; 0 = one epoch"),
  };
}

std::vector<Key> augment_keys() {
  return {
      boolean("augment.mirror", DG_AT(augment.mirror), "mirror half of the photos"),
      real("augment.colour", DG_AT(augment.colour), 0, 255,
           "largest shift of a colour channel, on the scale 0..255"),
      real("augment.grey", DG_AT(augment.grey), 0, 1, "share of photos that lose their colour"),
      real("augment.shift", DG_AT(augment.shift), 0, 65535,
           "largest shift, in pixels of the network's input"),
      real("augment.rotation", DG_AT(augment.rotation), 0, 3.2, "largest rotation, in radians"),
      real("augment.scale", DG_AT(augment.scale), 0, 0.9, "largest change of size, as a share"),
      real("augment.contrast", DG_AT(augment.contrast), 0, 1, "largest change of contrast, as a share"),
  };
}

std::vector<Key> evaluate_keys() {
  return {
      integer("evaluate.every", DG_AT(evaluate.every), 0, billion,
              "steps between two evaluations on the held-out identities; 0 = none"),
      speed_or_log(text("evaluate.pairs", DG_AT(evaluate.pairs),
                        "pairs file in LFW's format that every evaluation scores; its accuracy then chooses "
                        "the best checkpoint; \"\" = none")),
      speed_or_log(text("evaluate.pairs_photos", DG_AT(evaluate.pairs_photos),
                        "folder of the photos that evaluate.pairs names; \"\" = the data trained on")),
      speed_or_log(
          integer("evaluate.patience", DG_AT(evaluate.patience), 0, billion,
                  "stop after so many evaluations in a row that were not the best so far; 0 = never")),
  };
}

std::vector<Key> classifier_keys() {
  return {
      integer("classifier.iterations", DG_AT(classifier.iterations), 1, billion,
              "classifier learning (doppel classifier): length, in batches"),
      integer("classifier.batch", DG_AT(classifier.batch), 1, million,
              "different identities in a batch of classifier learning, one photo each"),
      real("classifier.rate", DG_AT(classifier.rate), 0, infinity, "learning rate at its start"),
      real("classifier.final_rate", DG_AT(classifier.final_rate), 0, infinity,
           "learning rate at the end of its cosine"),
      choice("classifier.alpha", DG_AT(classifier.alpha),
             {{ClassifierAlpha::trained, "trained"}, {ClassifierAlpha::start, "start"}},
             "scale of the embedding at its start: the run's last, or loss.l2_alpha"),
      boolean("classifier.alpha_trainable", DG_AT(classifier.alpha_trainable),
              "train that scale; false = keep it"),
      boolean("classifier.augment", DG_AT(classifier.augment),
              "embed freshly augmented photos in every batch; false = the mirror-averaged embedding of each "
              "photo, computed once"),
  };
}

std::vector<Key> checkpoint_keys() {
  return {
      integer("checkpoint.every", DG_AT(checkpoint.every), 0, billion,
              "steps between two checkpoints; 0 = not by steps"),
      speed_or_log(real("checkpoint.minutes", DG_AT(checkpoint.minutes), 0, million,
                        "minutes between two checkpoints, beside those by steps; 0 = not by time")),
      integer("checkpoint.keep", DG_AT(checkpoint.keep), 1, billion, "how many of the newest are kept"),
  };
}

std::vector<Key> guard_keys() {
  return {
      choice("guard.collapse", DG_AT(guard.collapse),
             {{OnCollapse::stop, "stop"}, {OnCollapse::warn, "warn"}, {OnCollapse::restart, "restart"}},
             "what to do when the embedding has collapsed: \"restart\" begins again, once, with a tenth of "
             "optim.rate, and then stops"),
      integer("guard.collapse_steps", DG_AT(guard.collapse_steps), 1, billion,
              "collapsed means: for this many steps in a row"),
      real("guard.collapse_cosine", DG_AT(guard.collapse_cosine), -1, 1,
           "the mean cosine of different people was above this"),
  };
}

std::vector<Key> cuda_keys() {
  return {
      choice("cuda.precision", DG_AT(cuda.precision),
             {{CudaPrecision::tf32, "tf32"}, {CudaPrecision::strict, "strict"}},
             "products and convolutions on a GPU: inputs rounded to TF32, or full float32"),
      boolean("cuda.deterministic", DG_AT(cuda.deterministic),
              "on a GPU, only engines that give the same bits every time"),
  };
}

std::vector<Key> log_keys() {
  return {
      speed_or_log(integer("log.every", DG_AT(log.every), 1, billion, "steps between two lines of metrics")),
  };
}

std::vector<Key> make_keys() {
  std::vector<Key> all;
  for (const auto& section : {top_keys(), data_keys(), network_keys(), init_keys(), loss_keys(), optim_keys(),
                              sampling_keys(), augment_keys(), evaluate_keys(), classifier_keys(),
                              checkpoint_keys(), guard_keys(), cuda_keys(), log_keys()}) {
    all.insert(all.end(), section.begin(), section.end());
  }
  for (const TierText& tier : tiers()) {
    for (Key& key : all) {
      if (std::find(tier.keys.begin(), tier.keys.end(), key.name) != tier.keys.end()) key.tier = tier.tier;
    }
  }
  return all;
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> all = make_keys();
  return all;
}

std::string real_text(double v) {
  const std::string s = fmt::format("{}", v);
  return s.find_first_of(".en") == std::string::npos ? s + ".0" : s;  // n: of inf and nan
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::optional<std::vector<std::int64_t>> read_integers(const toml::node& n) {
  const toml::array* array = n.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::int64_t> values;
  for (const toml::node& element : *array) {
    const auto v = element.value_exact<std::int64_t>();
    if (!v) return std::nullopt;
    values.push_back(*v);
  }
  return values;
}

bool in_range(const std::vector<std::int64_t>& values, std::int64_t low, std::int64_t high) {
  return std::all_of(values.begin(), values.end(), [=](std::int64_t v) { return low <= v && v <= high; });
}

}  // namespace dg::config
