-- What version 6 has beyond version 5: a file of version 5 gets these tables, empty, when a sweep opens it; who only reads
-- one sees them empty. (Version 7 has the columns sweep.label_scale and metrics.acc3 beside: results/schema_version.cpp.)

-- The epochs of what is being trained, for whoever looks on: in arrears by five seconds at most, and gone when the cell
-- has a result (table epochs). No number of a report comes from here.
CREATE TABLE progress (
  cell          TEXT NOT NULL REFERENCES cells (id),
  attempt       INTEGER NOT NULL,
  epoch         INTEGER NOT NULL CHECK (epoch >= 1),
  losses        TEXT NOT NULL CHECK (json_valid(losses)),  -- as in epochs
  valid_mae     REAL,
  valid_corr    REAL,
  best          INTEGER NOT NULL CHECK (best IN (0, 1)),
  train_seconds REAL NOT NULL,
  PRIMARY KEY (cell, epoch)
) STRICT, WITHOUT ROWID;

-- The ranks of the run that goes on, as they last told of themselves, in arrears by five seconds at most; empty once a run
-- has its verdict.
CREATE TABLE workers (
  rank         INTEGER PRIMARY KEY,
  run          INTEGER NOT NULL REFERENCES provenance (run),
  host         TEXT NOT NULL,
  device       TEXT NOT NULL,  -- what it trains on, cuda:0; of an idle one the best kind that it has, cpu or cuda
  processor    TEXT NOT NULL,  -- the CPU's or GPU's name
  state        TEXT NOT NULL CHECK (state IN ('idle', 'training', 'lost', 'set aside', 'left')),
  reason       TEXT NOT NULL,  -- why it is lost or set aside; ''
  cell         TEXT,           -- that it trains, alone or in a gang
  attempt      INTEGER,
  batches      INTEGER NOT NULL,  -- of that attempt so far, of training and evaluation
  memory_bytes INTEGER,        -- resident, of its process
  processors   REAL,           -- that its process kept busy between its last two beats: 1.9 of four threads
  heard_unix   REAL NOT NULL   -- when anything came of it
) STRICT;

-- What Figure 7 is drawn from: representations of some utterances, of a cell's model as it began and as it was evaluated.
CREATE TABLE embeddings (
  cell      TEXT NOT NULL REFERENCES cells (id),
  moment    TEXT NOT NULL CHECK (moment IN ('before', 'after')),  -- the training
  split     TEXT NOT NULL CHECK (split IN ('train', 'valid', 'test')),
  positions TEXT NOT NULL CHECK (json_valid(positions)),  -- of the utterances in their split, from 0
  width     INTEGER NOT NULL CHECK (width >= 1),          -- of one representation
  -- 7 x utterances x width, little-endian float32: TAV T A V TA TV AV.
  matrix    BLOB NOT NULL CHECK (length(matrix) = 28 * width * json_array_length(positions)),
  PRIMARY KEY (cell, moment)
) STRICT, WITHOUT ROWID;
