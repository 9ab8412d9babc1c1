-- One file = one sweep on one dataset. Rank 0 of the sweep is the only writer; anybody may read at any time.
-- docs/database.md explains the columns at length; the views at the end are what results/queries/*.sql select from.
-- Times are Unix seconds (UTC), durations seconds, sizes bytes; scores are shares (0..1), not percent.

PRAGMA application_id = 0x4d4d6f64;  -- "MMod"
PRAGMA user_version = 2;             -- results/store.h: kSchemaVersion

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
  evaluation     INTEGER NOT NULL REFERENCES evaluations (id)  -- what the sweep file asks for now
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

-- Every time a cell was given to a worker. Execution is at least once, acceptance exactly once.
CREATE TABLE attempts (
  cell             TEXT NOT NULL REFERENCES cells (id),
  attempt          INTEGER NOT NULL CHECK (attempt >= 1),
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
  failure          TEXT CHECK (failure IN ('lost', 'out_of_memory', 'data_error', 'bug', 'run_error', 'interrupted', 'worker_fault')),
  message          TEXT,      -- one line
  PRIMARY KEY (cell, attempt),
  CHECK ((state = 'failed') = (failure IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_accepted_attempt ON attempts (cell) WHERE state IN ('accepted', 'diverged');
CREATE UNIQUE INDEX one_running_attempt ON attempts (cell) WHERE state = 'running';

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
  PRIMARY KEY (cell, split, family, subset, rate_percent, rates, kind)
) STRICT, WITHOUT ROWID;

-- Views. Rows of the paper's tables are recognised by the stored configuration, never by a stage's name.

-- Each cell of the repeat stages once. A search's cells enter no table.
CREATE VIEW repeat_cells AS
SELECT c.id AS cell, c.state, c.model, c.terms, c.route, c.seed, c.setup, c.base,
       CASE WHEN c.model <> 'missmodal' THEN c.model
            WHEN c.terms = 'task+geo+dis+sem' AND c.route = 'subset' THEN 'MissModal'
            WHEN c.terms = 'task' AND c.route = 'full' THEN 'without'
            WHEN c.route = 'subset' THEN c.terms
            ELSE c.terms || ', route ' || c.route END AS label,
       min(s.position * 1000000 + p.plan_index) AS position
  FROM stages s
  JOIN stage_cells p ON p.stage = s.name
  JOIN cells c ON c.id = p.cell
 WHERE s.kind = 'repeat' AND s.position IS NOT NULL
 GROUP BY c.id;

-- What a constant prediction reaches on a split: the share of positive among non-zero labels, the median's MAE.
CREATE VIEW constant_prediction AS
WITH ranked AS (
  SELECT split, label, row_number() OVER (PARTITION BY split ORDER BY label) AS place,
         count(*) OVER (PARTITION BY split) AS n
    FROM utterances),
median AS (
  SELECT split, avg(label) AS value FROM ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY split)
SELECT u.split, avg(u.label > 0) FILTER (WHERE u.label <> 0) AS positive, avg(abs(u.label - m.value)) AS mae
  FROM utterances u JOIN median m ON m.split = u.split
 GROUP BY u.split;

-- Accepted cells whose model collapsed: with all modalities present its test predictions have no variance, or one
-- sign for all (then accuracy is the share s of that sign and the weighted F1 is 2 s^2 / (1 + s)), or an MAE not below
-- that of the best constant. (CROSS JOIN fixes the order of the loops: here one look-up a cell instead of a scan.)
CREATE VIEW collapsed_cells AS
SELECT c.id AS cell
  FROM cells c
 CROSS JOIN metrics m ON m.cell = c.id AND m.split = 'test' AND m.family = 'complete' AND m.subset = 'TAV'
                     AND m.rate_percent = 0 AND m.kind = 'fixed'
  LEFT JOIN constant_prediction k ON k.split = 'test'
 WHERE c.state = 'accepted'
   AND (m.corr IS NULL OR m.mae >= k.mae
        OR (abs(m.f1_non0 - 2 * m.acc2_non0 * m.acc2_non0 / (1 + m.acc2_non0)) < 1e-9
            AND min(abs(m.acc2_non0 - k.positive), abs(m.acc2_non0 - (1 - k.positive))) < 1e-9));

-- What the seeds of a repeat stage share. `remark` names what sets it apart from others with the same label.
CREATE VIEW setups AS
WITH grouped AS MATERIALIZED (
  SELECT setup, label, model, terms, route, base, count(*) AS planned, sum(state = 'accepted') AS seeds,
         sum(state = 'diverged') AS diverged, sum(state = 'parked') AS parked,
         sum(cell IN (SELECT cell FROM collapsed_cells)) AS collapsed, min(position) AS position
    FROM repeat_cells GROUP BY setup),
crowded AS MATERIALIZED (SELECT label, count(*) AS setups FROM grouped GROUP BY label HAVING count(*) > 1),
leaves AS MATERIALIZED (
  SELECT g.label, g.setup, substr(t.fullkey, 3) AS key, t.atom
    FROM grouped g JOIN crowded USING (label), json_tree(g.setup) t
   WHERE t.type NOT IN ('object', 'array')),
telling AS MATERIALIZED (
  SELECT label, key, atom FROM leaves GROUP BY label, key, atom
  HAVING count(*) < (SELECT setups FROM crowded WHERE crowded.label = leaves.label)),
remarks AS MATERIALIZED (
  SELECT setup, group_concat(key || '=' || atom, ' ') AS remark
    FROM (SELECT setup, key, atom FROM leaves JOIN telling USING (label, key, atom) ORDER BY setup, key)
   GROUP BY setup)
SELECT g.*, coalesce(r.remark, '') AS remark FROM grouped g LEFT JOIN remarks r USING (setup);

-- The test scores of each accepted repeat cell; of a drawn condition the mean over its draws. CROSS JOIN: cells are
-- visited in primary-key order, so that sums, and with them the last digit of a table, do not depend on history.
CREATE VIEW scores AS
SELECT r.setup, r.seed, r.cell, m.family, m.subset, m.rate_percent,
       m.acc2_has0, m.f1_has0, m.acc2_non0, m.f1_non0, m.acc7, m.acc5, m.mae, m.corr
  FROM repeat_cells r
 CROSS JOIN metrics m ON m.cell = r.cell AND m.split = 'test' AND m.kind IN ('fixed', 'mean')
 WHERE r.state = 'accepted';

-- Cells of MissModal and of `without` that share the seed and everything but losses and route.
CREATE VIEW pairs AS
SELECT w.setup, o.setup AS setup_without, w.seed, w.cell, o.cell AS cell_without,
       w.state = 'accepted' AND o.state = 'accepted' AS accepted
  FROM repeat_cells w
 CROSS JOIN repeat_cells o ON o.base = w.base AND o.seed = w.seed
 WHERE w.label = 'MissModal' AND o.label = 'without';

-- MissModal minus `without`, pair by pair, on the same masks.
CREATE VIEW paired_scores AS
SELECT p.setup, p.setup_without, p.seed, p.cell, x.family, x.subset, x.rate_percent,
       x.acc2_has0 - y.acc2_has0 AS acc2_has0, x.f1_has0 - y.f1_has0 AS f1_has0,
       x.acc2_non0 - y.acc2_non0 AS acc2_non0, x.f1_non0 - y.f1_non0 AS f1_non0,
       x.acc7 - y.acc7 AS acc7, x.acc5 - y.acc5 AS acc5, x.mae - y.mae AS mae, x.corr - y.corr AS corr
  FROM pairs p
 CROSS JOIN metrics x ON x.cell = p.cell AND x.split = 'test' AND x.kind IN ('fixed', 'mean')
 CROSS JOIN metrics y ON y.cell = p.cell_without AND y.split = 'test' AND y.family = x.family
                     AND y.subset = x.subset AND y.rate_percent = x.rate_percent AND y.kind = x.kind
 WHERE p.accepted;

-- Mean and standard deviation (n-1; NULL for one seed) over the seeds of a setup.
CREATE VIEW summary AS
SELECT setup, family, subset, rate_percent, count(*) AS seeds,
       avg(acc2_has0) AS acc2_has0, sqrt(max(0, (sum(acc2_has0 * acc2_has0) - sum(acc2_has0) * avg(acc2_has0)) / nullif(count(acc2_has0) - 1, 0))) AS acc2_has0_sd,
       avg(f1_has0) AS f1_has0, sqrt(max(0, (sum(f1_has0 * f1_has0) - sum(f1_has0) * avg(f1_has0)) / nullif(count(f1_has0) - 1, 0))) AS f1_has0_sd,
       avg(acc2_non0) AS acc2_non0, sqrt(max(0, (sum(acc2_non0 * acc2_non0) - sum(acc2_non0) * avg(acc2_non0)) / nullif(count(acc2_non0) - 1, 0))) AS acc2_non0_sd,
       avg(f1_non0) AS f1_non0, sqrt(max(0, (sum(f1_non0 * f1_non0) - sum(f1_non0) * avg(f1_non0)) / nullif(count(f1_non0) - 1, 0))) AS f1_non0_sd,
       avg(acc7) AS acc7, sqrt(max(0, (sum(acc7 * acc7) - sum(acc7) * avg(acc7)) / nullif(count(acc7) - 1, 0))) AS acc7_sd,
       avg(acc5) AS acc5, sqrt(max(0, (sum(acc5 * acc5) - sum(acc5) * avg(acc5)) / nullif(count(acc5) - 1, 0))) AS acc5_sd,
       avg(mae) AS mae, sqrt(max(0, (sum(mae * mae) - sum(mae) * avg(mae)) / nullif(count(mae) - 1, 0))) AS mae_sd,
       avg(corr) AS corr, sqrt(max(0, (sum(corr * corr) - sum(corr) * avg(corr)) / nullif(count(corr) - 1, 0))) AS corr_sd
  FROM scores
 GROUP BY setup, family, subset, rate_percent;

-- The same of the paired differences.
CREATE VIEW paired_summary AS
SELECT setup, setup_without, family, subset, rate_percent, count(*) AS seeds,
       avg(acc2_has0) AS acc2_has0, sqrt(max(0, (sum(acc2_has0 * acc2_has0) - sum(acc2_has0) * avg(acc2_has0)) / nullif(count(acc2_has0) - 1, 0))) AS acc2_has0_sd,
       avg(f1_has0) AS f1_has0, sqrt(max(0, (sum(f1_has0 * f1_has0) - sum(f1_has0) * avg(f1_has0)) / nullif(count(f1_has0) - 1, 0))) AS f1_has0_sd,
       avg(acc2_non0) AS acc2_non0, sqrt(max(0, (sum(acc2_non0 * acc2_non0) - sum(acc2_non0) * avg(acc2_non0)) / nullif(count(acc2_non0) - 1, 0))) AS acc2_non0_sd,
       avg(f1_non0) AS f1_non0, sqrt(max(0, (sum(f1_non0 * f1_non0) - sum(f1_non0) * avg(f1_non0)) / nullif(count(f1_non0) - 1, 0))) AS f1_non0_sd,
       avg(acc7) AS acc7, sqrt(max(0, (sum(acc7 * acc7) - sum(acc7) * avg(acc7)) / nullif(count(acc7) - 1, 0))) AS acc7_sd,
       avg(acc5) AS acc5, sqrt(max(0, (sum(acc5 * acc5) - sum(acc5) * avg(acc5)) / nullif(count(acc5) - 1, 0))) AS acc5_sd,
       avg(mae) AS mae, sqrt(max(0, (sum(mae * mae) - sum(mae) * avg(mae)) / nullif(count(mae) - 1, 0))) AS mae_sd,
       avg(corr) AS corr, sqrt(max(0, (sum(corr * corr) - sum(corr) * avg(corr)) / nullif(count(corr) - 1, 0))) AS corr_sd
  FROM paired_scores
 GROUP BY setup, setup_without, family, subset, rate_percent;

-- What the table queries select from, unrounded. `place` orders the rows: others, without, MissModal, difference.
CREATE VIEW comparison AS
SELECT CASE t.label WHEN 'without' THEN 1 WHEN 'MissModal' THEN 2 ELSE 0 END AS place, t.position,
       t.label AS model, t.remark, t.terms, t.route, s.family, s.subset, s.rate_percent,
       s.seeds, t.planned, t.collapsed,
       s.acc2_has0, s.acc2_has0_sd, s.f1_has0, s.f1_has0_sd, s.acc2_non0, s.acc2_non0_sd, s.f1_non0, s.f1_non0_sd,
       s.acc7, s.acc7_sd, s.acc5, s.acc5_sd, s.mae, s.mae_sd, s.corr, s.corr_sd
  FROM setups t JOIN summary s ON s.setup = t.setup
UNION ALL
SELECT 3, t.position, 'MissModal - without', t.remark, '', '', s.family, s.subset, s.rate_percent,
       s.seeds, (SELECT count(*) FROM pairs p WHERE p.setup = s.setup AND p.setup_without = s.setup_without),
       (SELECT count(*) FROM pairs p WHERE p.setup = s.setup AND p.setup_without = s.setup_without AND p.accepted
           AND (p.cell IN (SELECT cell FROM collapsed_cells) OR p.cell_without IN (SELECT cell FROM collapsed_cells))),
       s.acc2_has0, s.acc2_has0_sd, s.f1_has0, s.f1_has0_sd, s.acc2_non0, s.acc2_non0_sd, s.f1_non0, s.f1_non0_sd,
       s.acc7, s.acc7_sd, s.acc5, s.acc5_sd, s.mae, s.mae_sd, s.corr, s.corr_sd
  FROM setups t JOIN paired_summary s ON s.setup = t.setup;
