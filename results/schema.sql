-- One file = one sweep on one dataset. Rank 0 of the sweep is the only writer; anybody may read at any time.
-- docs/database.md explains the columns at length. results/additions.sql goes on with what came later, views.sql.in and
-- comparison.sql.in with the views that results/queries/*.sql select from.
-- Times are Unix seconds (UTC), durations seconds, sizes bytes; scores are shares (0..1), not percent.

PRAGMA application_id = 0x4d4d6f64;  -- "MMod"
PRAGMA user_version = 7;             -- results/schema_version.h: kSchemaVersion

-- What metrics can be computed for, and by which rules. Metrics follow from predictions, labels and one row of this.
CREATE TABLE evaluations (
  id         INTEGER PRIMARY KEY,
  conditions TEXT NOT NULL CHECK (json_valid(conditions)),  -- sorted list: ["audio/10", "complete", ...]
  draws      INTEGER NOT NULL CHECK (draws >= 1),           -- masks behind every mean over draws
  version    INTEGER NOT NULL,                              -- of masks and metrics (sweeps/evaluation)
  UNIQUE (conditions, draws, version)
) STRICT;

-- What the file belongs to; a writer with another name or dataset is refused.
CREATE TABLE sweep (
  only_row       INTEGER PRIMARY KEY CHECK (only_row = 1),
  name           TEXT NOT NULL,
  dataset_sha256 TEXT NOT NULL,  -- content hash of the dataset, part of every cell's id
  dataset_label  TEXT NOT NULL,  -- for people: MOSI, MOSEI, ...
  synthetic      INTEGER NOT NULL CHECK (synthetic IN (0, 1)),
  evaluation     INTEGER NOT NULL REFERENCES evaluations (id),  -- what the sweep file asks for now
  generation     INTEGER NOT NULL DEFAULT 0,  -- raised by each writer that opens the file: an earlier one that finds it so stops
  label_scale    TEXT NOT NULL DEFAULT '3' CHECK (label_scale IN ('3', '1'))  -- labels lie in [-3, 3], [-1, 1]
) STRICT;

-- One row each time the sweep was started: where the numbers come from.
CREATE TABLE provenance (
  run              INTEGER PRIMARY KEY,  -- from 1
  started_unix     REAL NOT NULL,
  host             TEXT NOT NULL,
  process          INTEGER NOT NULL,
  program_version  TEXT NOT NULL,
  libtorch_version TEXT NOT NULL,
  sqlite_version   TEXT NOT NULL,
  journal_mode     TEXT NOT NULL,  -- wal on a local disk, delete on a file system shared between hosts
  sweep_text       TEXT NOT NULL,  -- the sweep file as it was
  overrides        TEXT NOT NULL CHECK (json_valid(overrides)),  -- list of the texts given as --set
  dataset_report   TEXT NOT NULL,  -- JSON, as `missmodal data inspect --json` prints it
  token            TEXT NOT NULL   -- names this run to whoever started it; '' if nobody asks
) STRICT;

-- How a run ended. A run without a row goes on, or was killed.
CREATE TABLE verdict (
  run        INTEGER PRIMARY KEY REFERENCES provenance (run),
  ended_unix REAL NOT NULL,
  exit_code  INTEGER NOT NULL,  -- 0 all accepted, 1 trouble, 2 bad input, 3 some diverged or parked, 4 interrupted
  verdict    TEXT NOT NULL      -- one line
) STRICT;

-- Workers that could not work and got no cell for the rest of a run: the dataset or the weights are missing or different
-- there, no usable device.
CREATE TABLE set_aside (
  run     INTEGER NOT NULL REFERENCES provenance (run),
  rank    INTEGER NOT NULL,
  host    TEXT NOT NULL,
  reason  TEXT NOT NULL,  -- one line
  at_unix REAL NOT NULL,
  PRIMARY KEY (run, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE stages (
  name           TEXT PRIMARY KEY,
  position       INTEGER,  -- order in the sweep file; NULL once the file has no such stage any more
  kind           TEXT NOT NULL CHECK (kind IN ('search', 'repeat')),
  from_stage     TEXT NOT NULL,     -- the search whose winner it inherits; '' for none
  planned        INTEGER NOT NULL,  -- cells, duplicates counted, known before its cells are
  selected_point TEXT CHECK (selected_point IS NULL OR json_valid(selected_point)),  -- a search's winner; changes by --reselect only
  selected_value REAL,              -- its mean on the validation split
  selected_basis TEXT CHECK (selected_basis IS NULL OR json_valid(selected_basis))  -- what it was chosen from
) STRICT;

-- One training and its evaluation. The columns after `state` are read from the configuration, for queries.
CREATE TABLE cells (
  id            TEXT PRIMARY KEY,  -- SHA-256 (hex) of configuration
  configuration TEXT NOT NULL CHECK (json_valid(configuration)),  -- canonical JSON, everything the result depends on
  state         TEXT NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'running', 'accepted', 'diverged', 'parked')),
  accepted_attempt INTEGER,  -- the attempt whose numbers these are (also of a diverged cell)
  forgiven_attempts INTEGER NOT NULL DEFAULT 0,  -- failures of attempts up to this one no longer count (retry)
  best_epoch    INTEGER,     -- whose weights were evaluated
  diverged_step INTEGER,     -- optimiser step (from 1) of the first non-finite loss or gradient; 0: a prediction is not finite
  evaluation    INTEGER REFERENCES evaluations (id),  -- what its rows of metrics were computed for; NULL without any
  model TEXT    GENERATED ALWAYS AS (json_extract(configuration, '$.model.name')) STORED,
  terms TEXT    GENERATED ALWAYS AS  -- task+geo+dis+sem
                (replace(trim(json_extract(configuration, '$.loss.terms'), '[]"'), '","', '+')) STORED,
  route TEXT    GENERATED ALWAYS AS (json_extract(configuration, '$.evaluation.route')) STORED,  -- subset or full
  seed  INTEGER GENERATED ALWAYS AS (json_extract(configuration, '$.seed')) STORED,
  setup TEXT    GENERATED ALWAYS AS (json_remove(configuration, '$.seed')) STORED,  -- what seeds repeat
  base  TEXT    GENERATED ALWAYS AS  -- what a model with and a model without MissModal's losses share
                (json_remove(configuration, '$.seed', '$.loss', '$.evaluation')) STORED
) STRICT;

-- The plan: which cells a stage consists of. One cell may serve several stages, or one stage twice.
CREATE TABLE stage_cells (
  stage      TEXT NOT NULL REFERENCES stages (name),
  plan_index INTEGER NOT NULL,  -- from 0
  cell       TEXT NOT NULL REFERENCES cells (id),
  variant    TEXT NOT NULL,     -- '' where the stage has none
  point      TEXT NOT NULL CHECK (json_valid(point)),  -- a search's parameter values; {} for a repeat
  PRIMARY KEY (stage, plan_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX stage_cells_by_cell ON stage_cells (cell);

-- Every time a cell was given to a gang of workers, one rank or several. Execution is at least once, acceptance exactly
-- once. Rank, host, device, processor and LibTorch are the leader's; attempt_members has everybody's.
CREATE TABLE attempts (
  cell             TEXT NOT NULL REFERENCES cells (id),
  attempt          INTEGER NOT NULL CHECK (attempt >= 1),
  assignment       INTEGER NOT NULL UNIQUE CHECK (assignment >= 1),  -- what the messages about it carry
  run              INTEGER NOT NULL REFERENCES provenance (run),
  state            TEXT NOT NULL CHECK (state IN ('running', 'accepted', 'diverged', 'failed')),
  host             TEXT NOT NULL,
  rank             INTEGER NOT NULL,
  device           TEXT NOT NULL,     -- cpu, cuda:0
  device_kind      TEXT GENERATED ALWAYS AS (CASE WHEN device LIKE 'cuda%' THEN 'cuda' ELSE 'cpu' END) STORED,
  threads          INTEGER NOT NULL,
  processor        TEXT NOT NULL,     -- the CPU's or GPU's name
  libtorch         TEXT NOT NULL,     -- version
  started_unix     REAL NOT NULL,
  ended_unix       REAL,
  train_seconds    REAL,
  evaluate_seconds REAL,
  peak_memory_bytes INTEGER,  -- resident, of the process that trained, while it trained this
  parameters       INTEGER,   -- counting only what is used
  resumed_epoch    INTEGER,   -- where an earlier attempt's checkpoint let it go on: complete epochs, and
  resumed_step     INTEGER,   -- steps of the whole training; NULL: it began at the beginning
  checkpoint_epoch INTEGER,   -- of the last checkpoint that it wrote itself
  checkpoint_step  INTEGER,   -- NULL: none
  failure          TEXT CHECK (failure IN ('lost', 'out_of_memory', 'data_error', 'bug', 'run_error', 'interrupted', 'worker_fault',
                                           'hung', 'crashed')),
  message          TEXT,      -- one line
  PRIMARY KEY (cell, attempt),
  CHECK ((state = 'failed') = (failure IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_accepted_attempt ON attempts (cell) WHERE state IN ('accepted', 'diverged');
CREATE UNIQUE INDEX one_running_attempt ON attempts (cell) WHERE state = 'running';

-- The ranks that trained an attempt together.
CREATE TABLE attempt_members (
  cell      TEXT NOT NULL,
  attempt   INTEGER NOT NULL,
  place     INTEGER NOT NULL CHECK (place >= 0),  -- in the gang; 0 is the leader
  rank      INTEGER NOT NULL,
  host      TEXT NOT NULL,
  device    TEXT NOT NULL,  -- cpu, cuda:0
  processor TEXT NOT NULL,  -- the CPU's or GPU's name
  libtorch  TEXT NOT NULL,  -- version
  PRIMARY KEY (cell, attempt, place),
  UNIQUE (cell, attempt, rank),
  FOREIGN KEY (cell, attempt) REFERENCES attempts (cell, attempt)
) STRICT, WITHOUT ROWID;

-- The accepted attempt's training, epoch by epoch.
CREATE TABLE epochs (
  cell          TEXT NOT NULL REFERENCES cells (id),
  epoch         INTEGER NOT NULL CHECK (epoch >= 1),
  losses        TEXT NOT NULL CHECK (json_valid(losses)),  -- {"total": 1.2, "task": ...}, sample-weighted means
  valid_mae     REAL,  -- complete modalities
  valid_corr    REAL,
  best          INTEGER NOT NULL CHECK (best IN (0, 1)),  -- the best so far
  train_seconds REAL NOT NULL,
  PRIMARY KEY (cell, epoch)
) STRICT, WITHOUT ROWID;

-- The utterances of each split in order: the columns of every prediction matrix.
CREATE TABLE utterances (
  split    TEXT NOT NULL CHECK (split IN ('train', 'valid', 'test')),
  position INTEGER NOT NULL,  -- from 0
  id       TEXT NOT NULL,
  label    REAL NOT NULL,     -- -3..3
  transcript TEXT,            -- one line without control characters, at most 2000 characters; NULL where the dataset has none
  PRIMARY KEY (split, position)
) STRICT, WITHOUT ROWID;

-- 7 x N predictions, little-endian float32, row by row: TAV T A V TA TV AV. Every number in `metrics` follows from it.
CREATE TABLE predictions (
  cell   TEXT NOT NULL REFERENCES cells (id),
  split  TEXT NOT NULL CHECK (split IN ('train', 'valid', 'test')),
  n      INTEGER NOT NULL,
  matrix BLOB NOT NULL CHECK (length(matrix) = 28 * n),
  PRIMARY KEY (cell, split)
) STRICT;

-- `complete` is subset TAV at rate 0, `subset` has rate 0; the other families are drawn and have subset TAV.
-- kind: `fixed` where nothing is drawn; else over the draws `mean`, `sd` (n-1), `first` (draw 0), and `expected`, the
-- closed form over all masks. NULL: not defined (no variance, no such utterance, one draw).
-- (310 rows a cell: SQLite builds a set for each IN of a CHECK, which would triple the time of a commit.)
CREATE TABLE metrics (
  cell         TEXT NOT NULL REFERENCES cells (id),
  split        TEXT NOT NULL CHECK (split = 'test' OR split = 'valid' OR split = 'train'),
  family       TEXT NOT NULL CHECK (family = 'random' OR family = 'text' OR family = 'audio' OR family = 'vision'
                                    OR family = 'subset' OR family = 'complete' OR family = 'missing_rate'
                                    OR family = 'instance' OR family = 'imbalanced'),
  subset       TEXT NOT NULL CHECK (subset = 'TAV' OR subset = 'T' OR subset = 'A' OR subset = 'V' OR subset = 'TA'
                                    OR subset = 'TV' OR subset = 'AV'),
  rate_percent INTEGER NOT NULL CHECK (rate_percent BETWEEN 0 AND 100),
  rates        TEXT NOT NULL,  -- of `imbalanced`: percent of text, audio, vision that is missing, 10-50-90; else ''
  kind         TEXT NOT NULL CHECK (kind = 'mean' OR kind = 'sd' OR kind = 'first' OR kind = 'expected' OR kind = 'fixed'),
  n            INTEGER NOT NULL,
  mae          REAL,
  corr         REAL,
  acc7         REAL,
  acc5         REAL,
  acc2_has0    REAL,
  f1_has0      REAL,
  acc2_non0    REAL,
  f1_non0      REAL,
  acc3         REAL,
  PRIMARY KEY (cell, split, family, subset, rate_percent, rates, kind)
) STRICT, WITHOUT ROWID;
