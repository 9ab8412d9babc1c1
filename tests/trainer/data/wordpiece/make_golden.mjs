// Writes golden.json: made-up sentences as Hugging Face's BertTokenizer reads them, with the made-up vocab.txt here
// and with that of bert-base-uncased. Needs `npm install --ignore-scripts @huggingface/transformers` (made with 4.3.2)
// beside this file or above it.   node make_golden.mjs BERT_BASE_UNCASED_VOCAB
import {BertTokenizer} from "@huggingface/transformers";
import {readFileSync, writeFileSync} from "node:fs";

const here = (name) => new URL(name, import.meta.url);
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

function tokenizer(path) {
  const pieces = readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
  const vocab = Object.fromEntries(pieces.map((piece, number) => [piece, number]));
  const own = {single_word: false, lstrip: false, rstrip: false, normalized: false, special: true};
  const special = (token) => [token, {id: token, ids: [vocab[token]], tokens: [token]}];
  return new BertTokenizer({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content) => ({id: vocab[content], content, ...own})),
    normalizer: {type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true},
    pre_tokenizer: {type: "BertPreTokenizer"},
    post_processor: {
      type: "TemplateProcessing",
      single: ["[CLS]", null, "[SEP]"].map((id) =>
        id ? {SpecialToken: {id, type_id: 0}} : {Sequence: {id: "A", type_id: 0}}),
      pair: [],
      special_tokens: Object.fromEntries([special("[CLS]"), special("[SEP]")]),
    },
    decoder: {type: "WordPiece", prefix: "##", cleanup: true},
    model: {type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab},
  }, {tokenizer_class: "BertTokenizer", do_lower_case: true, unk_token: "[UNK]", sep_token: "[SEP]", pad_token: "[PAD]",
      cls_token: "[CLS]", mask_token: "[MASK]"});
}

const TEXTS = [
  "",
  "   ",
  "The film was unbelievable.",
  "THE ACTING IS NOT VERY GOOD, IT'S BAD!",
  "I don't like it; don't you?",
  "Naïve café — résumé, Ångström, ÀÉÎÕÜ ñ ç",
  "Naive\u0308 cafe\u0301 with marks of their own, and a\u0327\u0301\u0323 stack of them",
  "Straße, Łódź, Øre, Đà Nẵng, æsthetic, ﬁlm, ½ ² ℃",
  "İstanbul ISPARTA ıstanbul",
  "ΣΟΦΟΣ ΣΟΦΟΣ. Σ ΟΔΟΣ, σοφία ΟΔΟΣ\u0301Α",
  "Все ФИЛЬМЫ ёлка й",
  "这部电影很好看。情感学习!",
  "I love 电影 and 多模态learning in2024年",
  "あいう アイウ 映画 ガ か\u3099 각 가 한국어",
  // Not side by side: transformers.js sees two halves of a character past U+FFFF and does not part them.
  "豈 \uf900 \u{2f800} \u{20000} \u{2a6d6} ideographs of compatibility",
  "😀 👍👍 good👍 👩\u200d👩\u200d👧 🇫🇷 ☺\ufe0f",
  "It cost $5.99 (10% off) in 2024, i.e. 1,000,000 <b>bits</b> & 3^2=9 `x` ~ {y} [z] \\ |",
  "“Quotes” ‘single’ «guillemets» … – — ¡Hola! ¿Qué? 10€ 20° £3 § ¶ • ·",
  "tab\tnew\nline\r\nreturn\u00a0no-break\u2003em\u3000wide\u1680ogham",
  "para\u2029graph line\u2028separator next\u0085line vertical\u000btab form\u000cfeed",
  "nul\u0000l del\u007fete bell\u0007 zero\u200bwidth soft\u00adhyphen \ufeffmark \u202eturned\u202c",
  "replacement \ufffd character, private \ue000 use \u{f0000}",
  "a".repeat(100),
  "a".repeat(101) + " a",
  "é".repeat(100) + " " + "é".repeat(101),
  "The [MASK] was [UNK] good [SEP] [CLS] [PAD]good[SEP]bad [mask] [ MASK] [MASK",
  "umm (stutter) uhh w-well, y'know... it's gonna be o-kay!!!???",
  "http://example.org/a_b?c=d#e user@example.org #tag @name C++ A.B.C.",
  "1st 2nd 3rd 10th 1990s 19 1999 20.24 0x1F 1e-5 ١٢٣ Ⅻ ①",
  "ªº Ⅷ ǅ ǈ ﬃ ŉ ẞ ß K Å Ω ſ ϐ ϑ ϕ",
  "हिन्दी ไทย עִבְרִית العَرَبِيَّة ქართული Ꭰ ꭰ Ა",
  "unaffable unbelieving doger dogma great greater greatest",
  "\u037e \u0387 \u1fef \u2126 \u212b \u0344 \u0958",
];

const small = tokenizer(here("vocab.txt"));
const base = tokenizer(process.argv[2]);
const rows = TEXTS.map((text) => JSON.stringify({text, small: small.encode(text), base: base.encode(text)}));
const ascii = (line) => line.replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
writeFileSync(here("golden.json"), "[\n" + rows.map(ascii).join(",\n") + "\n]\n");
