#include "sweeps/key.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "sweeps/error.h"
#include "sweeps/model_kind.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

constexpr Range closed(double low, double high) {
  return {low, high, false, false};
}
constexpr Range above(double low, double high) {
  return {low, high, true, false};
}
constexpr Range below(double low, double high) {
  return {low, high, false, true};
}

// What decides whether a key has an effect.
bool geo_is_on(const Configuration& c) {
  return c.loss.has(LossTerm::geo);
}
bool dis_is_on(const Configuration& c) {
  return c.loss.has(LossTerm::dis);
}
bool text_is_bert(const Configuration& c) {
  return c.model.text_encoder == TextEncoder::bert;
}
bool trains_robustly(const Configuration& c) {
  return c.training.robust.modality != RobustModality::none;
}

bool route_is_full(const Configuration& c) {
  return resolved_route(c) == Route::full;
}

// A number that is a member of one of the configuration's sections.
template <auto Section, auto Member>
Key number(std::string_view path, Range range, std::string_view doc,
           bool (*has_effect)(const Configuration&) = nullptr) {
  using Value = std::remove_cvref_t<decltype((std::declval<Configuration>().*Section).*Member)>;
  return {path,
          {std::is_integral_v<Value> ? Kind::whole : Kind::number, range},
          doc,
          [](const Configuration& c) { return json((c.*Section).*Member); },
          [](Configuration& c, const json& value) { (c.*Section).*Member = value.get<Value>(); },
          has_effect};
}

template <const auto& Words>
std::size_t place_of(const json& word) {
  const auto found = std::find(Words.begin(), Words.end(), word.get_ref<const std::string&>());
  MISSMODAL_CHECK(found != Words.end());
  return static_cast<std::size_t>(found - Words.begin());
}

// A choice that is a member of one of the configuration's sections.
template <const auto& Words, auto Section, auto Member>
Key choice(std::string_view path, std::string_view doc, bool (*has_effect)(const Configuration&) = nullptr) {
  using Value = std::remove_cvref_t<decltype((std::declval<Configuration>().*Section).*Member)>;
  return {path,
          {Kind::choice, {}, {Words.begin(), Words.end()}},
          doc,
          [](const Configuration& c) { return json(Words[static_cast<std::size_t>((c.*Section).*Member)]); },
          [](Configuration& c, const json& value) {
            (c.*Section).*Member = static_cast<Value>(place_of<Words>(value));
          },
          has_effect};
}

json get_terms(const Configuration& c) {
  json words = json::array();
  for (LossTerm term : c.loss.terms) words.push_back(kLossTermWords[static_cast<std::size_t>(term)]);
  return words;
}

void set_terms(Configuration& c, const json& words) {
  c.loss.terms.clear();
  for (const json& word : words)
    c.loss.terms.push_back(static_cast<LossTerm>(place_of<kLossTermWords>(word)));
}

std::vector<Key> make_keys() {
  using C = Configuration;
  using M = ModelConfiguration;
  using L = LossConfiguration;
  using T = TrainingConfiguration;
  using E = EvaluationConfiguration;
  return {
      {"dataset.normalize",
       {Kind::choice, {}, {kNormalizeWords.begin(), kNormalizeWords.end()}},
       "zscore: each audio and vision feature is centred and scaled by its mean and deviation over the "
       "training split",
       [](const C& c) { return json(kNormalizeWords[static_cast<std::size_t>(c.normalize)]); },
       [](C& c, const json& word) { c.normalize = static_cast<Normalize>(place_of<kNormalizeWords>(word)); }},
      {"model.name",
       {Kind::choice, {}, {model_names().begin(), model_names().end()}},
       "the model",
       [](const C& c) { return json(c.model.name); },
       [](C& c, const json& word) { c.model.name = word.get<std::string>(); }},
      {"model.defaults",
       {Kind::choice, {}, {kModelDefaultsWords.begin(), kModelDefaultsWords.end()}},
       "the dataset whose published settings are a model's defaults",
       [](const C& c) { return json(kModelDefaultsWords[static_cast<std::size_t>(c.model.defaults)]); },
       [](C& c, const json& word) {
         c.model.defaults = static_cast<ModelDefaults>(place_of<kModelDefaultsWords>(word));
       },
       nullptr,
       false},
      choice<kTextEncoderWords, &C::model, &M::text_encoder>(
          "model.text.encoder",
          "bert: fine-tuned on word pieces; sequence: the dataset's word vectors, encoded like audio"),
      {"model.text.weights",
       {Kind::text},
       "folder with config.json and model.safetensors (bert); the content counts, not the path",
       [](const C& c) { return json(c.model.text_weights); },
       [](C& c, const json& path) { c.model.text_weights = path.get<std::string>(); },
       text_is_bert,
       false},
      choice<kTextInitWords, &C::model, &M::text_init>(
          "model.text.init", "random: only config.json is used, training starts from nothing (bert)",
          text_is_bert),
      number<&C::model, &M::hidden>("model.hidden", closed(1, 8192), "H: width of the BiLSTMs per direction"),
      number<&C::model, &M::layers>("model.layers", closed(1, 64), "Transformer layers after each BiLSTM"),
      number<&C::model, &M::heads>("model.heads", closed(1, 1024),
                                   "attention heads; divides 2 * model.hidden"),
      number<&C::model, &M::feed_forward>("model.feed_forward", closed(1, 64),
                                          "width of the feed-forward layers, times 2 * model.hidden"),
      number<&C::model, &M::dropout>("model.dropout", below(0, 1),
                                     "dropout in the Transformer layers after the BiLSTMs"),
      number<&C::model, &M::fusion_width>("model.fusion_width", closed(1, 65536),
                                          "width of every fusion network"),
      number<&C::model, &M::fusion_dropout>("model.fusion_dropout", below(0, 1),
                                            "dropout in the fusion networks"),
      {"loss.terms",
       {Kind::list, {}, {kLossTermWords.begin(), kLossTermWords.end()}, "task"},
       "the losses that are on; [task] is the model without MissModal",
       get_terms,
       set_terms},
      number<&C::loss, &L::alpha>("loss.alpha", closed(0, 1000),
                                  "weight of the geometric contrastive loss (geo)", geo_is_on),
      number<&C::loss, &L::beta>("loss.beta", closed(0, 1000),
                                 "weight of the distribution distance loss (dis)", dis_is_on),
      number<&C::loss, &L::temperature>("loss.temperature", above(0, 100),
                                        "temperature of the cosine similarities (geo)", geo_is_on),
      choice<kGeoFormWords, &C::loss, &L::geo>("loss.geo", "form of the contrastive loss (geo)", geo_is_on),
      choice<kDisFormWords, &C::loss, &L::dis>("loss.dis", "form of the distance loss (dis)", dis_is_on),
      number<&C::training, &T::batch_size>("training.batch_size", closed(1, 65536),
                                           "utterances in a batch, over all ranks"),
      number<&C::training, &T::learning_rate>("training.learning_rate", above(0, 1),
                                              "AdamW's, of everything but the bert encoder"),
      number<&C::training, &T::text_learning_rate>("training.text_learning_rate", closed(0, 1),
                                                   "AdamW's, of the bert encoder; 0 freezes it",
                                                   text_is_bert),
      number<&C::training, &T::weight_decay>("training.weight_decay", closed(0, 1),
                                             "AdamW's; none on biases and LayerNorm"),
      number<&C::training, &T::epsilon>("training.epsilon", above(0, 1), "AdamW's"),
      number<&C::training, &T::clip_norm>("training.clip_norm", closed(0, 1e6),
                                          "the gradient's norm is cut down to it; 0: never"),
      number<&C::training, &T::warmup_steps>("training.warmup_steps", closed(0, 1e9),
                                             "steps in which the learning rates rise from 0, linearly"),
      number<&C::training, &T::max_epochs>("training.max_epochs", closed(1, 100000), "epochs at most"),
      number<&C::training, &T::patience>("training.patience", closed(1, 100000),
                                         "stop after this many epochs without a better validation MAE"),
      choice<kPrecisionWords, &C::training, &T::precision>(
          "training.precision",
          "arithmetic of training and evaluation: fp32; tf32, a GPU's products of rounded fp32; bf16, "
          "products and activations in bfloat16, weights in fp32; fp64, everything"),
      {"training.deterministic",
       {Kind::flag},
       "on a GPU, only operations that give the same bits every time; slower",
       [](const C& c) { return json(c.training.deterministic); },
       [](C& c, const json& v) { c.training.deterministic = v.get<bool>(); },
       [](const C& c) { return c.training.deterministic; }},
      {"training.robust.modality",
       {Kind::choice, {}, {kRobustModalityWords.begin(), kRobustModalityWords.end()}},
       "robust training: whose encoder's output is zeroed for some utterances of a batch and multiplied by "
       "noise for others",
       [](const C& c) {
         return json(kRobustModalityWords[static_cast<std::size_t>(c.training.robust.modality)]);
       },
       [](C& c, const json& word) {
         c.training.robust.modality = static_cast<RobustModality>(place_of<kRobustModalityWords>(word));
       },
       trains_robustly},
      {"training.robust.missing",
       {Kind::number, closed(0, 1)},
       "the share of a batch that is zeroed, rounded down",
       [](const C& c) { return json(c.training.robust.missing); },
       [](C& c, const json& v) { c.training.robust.missing = v.get<double>(); },
       trains_robustly},
      {"training.robust.noise",
       {Kind::number, closed(0, 1)},
       "the share of a batch that is multiplied by a number of N(0, 1), rounded down",
       [](const C& c) { return json(c.training.robust.noise); },
       [](C& c, const json& v) { c.training.robust.noise = v.get<double>(); },
       trains_robustly},
      choice<kRouteWords, &C::evaluation, &E::route>("evaluation.route",
                                                     "what predicts where modalities miss: subset, their own "
                                                     "fusion network; full, the complete one with zeros; "
                                                     "auto, subset if geo, dis or sem is on"),
      choice<kZeroAtWords, &C::evaluation, &E::zero_text>(
          "evaluation.zero_at.text", "where a missing text becomes zero (route full)", route_is_full),
      choice<kZeroAtWords, &C::evaluation, &E::zero_audio>(
          "evaluation.zero_at.audio", "where a missing audio becomes zero (route full)", route_is_full),
      choice<kZeroAtWords, &C::evaluation, &E::zero_vision>(
          "evaluation.zero_at.vision", "where a missing vision becomes zero (route full)", route_is_full),
      {"resources.ranks_per_trial",
       {Kind::whole, closed(1, 1024)},
       "ranks that train one trial together",
       [](const C& c) { return json(c.ranks); },
       [](C& c, const json& v) { c.ranks = v.get<int>(); }},
  };
}

std::vector<Key> make_own_keys(const ModelKind& kind) {
  // Where the keys' paths lie, for good.
  static std::deque<std::string> paths;
  std::vector<Key> keys;
  for (const OwnKey& own : kind.own_keys) {
    const std::string name(own.name);
    keys.push_back({paths.emplace_back(kind.prefix() + name),
                    {own.kind, own.range},
                    own.doc,
                    [model = kind.name, name](const Configuration& c) {
                      return c.model.name == model ? c.model.own.at(name) : json();
                    },
                    [model = kind.name, name](Configuration& c, const json& value) {
                      MISSMODAL_CHECK(c.model.name == model);
                      c.model.own[name] = value;
                    }});
  }
  return keys;
}

const std::map<std::string_view, std::vector<Key>>& all_own_keys() {
  static const std::map<std::string_view, std::vector<Key>> keys = [] {
    std::map<std::string_view, std::vector<Key>> all;
    for (const ModelKind& kind : model_kinds()) all[kind.name] = make_own_keys(kind);
    return all;
  }();
  return keys;
}

json default_of(const ValueType& type, const OwnDefault::Value& value) {
  const json raw = std::visit([](const auto& held) { return json(held); }, value);
  const Typed checked = typed(type, type.kind == Kind::whole ? json(raw.get<std::int64_t>()) : raw);
  MISSMODAL_CHECK(checked.ok());
  return checked.value;
}

// The model's and the column's, everything else untouched.
Configuration defaults_of(const ModelKind& kind, ModelDefaults column) {
  Configuration configuration;
  configuration.model.name = kind.name;
  configuration.model.defaults = column;
  const bool mosi = column == ModelDefaults::mosi;
  const std::span<const Key> own = own_keys(kind);
  for (std::size_t i = 0; i < own.size(); ++i)
    own[i].set(configuration, default_of(own[i].type, mosi ? kind.own_keys[i].mosi : kind.own_keys[i].mosei));
  for (const OwnDefault& standard : kind.own_defaults) {
    const Key& key = *find_key(standard.path);
    key.set(configuration, default_of(key.type, mosi ? standard.mosi : standard.mosei));
  }
  return configuration;
}

}  // namespace

std::span<const Key> configuration_keys() {
  static const std::vector<Key> keys = make_keys();
  return keys;
}

std::span<const Key> own_keys(const ModelKind& kind) {
  return all_own_keys().at(kind.name);
}

std::span<const std::string_view> configuration_key_paths() {
  static const std::vector<std::string_view> paths = [] {
    std::vector<std::string_view> all;
    for (const Key& key : configuration_keys()) all.push_back(key.path);
    for (const auto& [model, keys] : all_own_keys()) {
      for (const Key& key : keys) all.push_back(key.path);
    }
    for (const Spelling& other : kOtherSpellings) all.push_back(other.spelling);
    return all;
  }();
  return paths;
}

const Key* find_key(std::string_view path) {
  for (const Spelling& other : kOtherSpellings) {
    if (other.spelling == path) path = other.path;
  }
  const ModelKind* owner = owner_of(path);
  for (const Key& key : owner == nullptr ? configuration_keys() : own_keys(*owner)) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

Configuration configured(const Settings& settings) {
  Configuration named;
  for (const char* path : {"model.name", "model.defaults"}) {
    if (const auto found = settings.find(path); found != settings.end())
      find_key(path)->set(named, found->second);
  }
  Configuration configuration = defaults_of(model_kind(named.model.name), named.model.defaults);
  apply(configuration, settings);
  return configuration;
}

void apply(Configuration& configuration, const Settings& settings) {
  const ModelKind& kind = model_kind(configuration.model.name);
  for (const auto& [path, value] : settings) {
    const Key* key = find_key(path);
    MISSMODAL_CHECK(key != nullptr);
    if (kind.reads(path)) key->set(configuration, value);
  }
}

}  // namespace missmodal::sweeps
