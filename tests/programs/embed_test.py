"""`missmodal embed`: what a sweep keeps of a trained model, computed again from its checkpoint; and what it refuses."""

import csv
import io
import json
import struct
import unittest

from program import DATA, SWEEP, ProgramTest, Safetensors, mpirun, synthesize

SUBSETS = ["TAV", "T", "A", "V", "TA", "TV", "AV"]
TEST = 300  # utterances, more than are kept
KEPT = 285
WIDTH = 8


class Embed(ProgramTest):
    def setUp(self):
        super().setUp()
        synthesize(self.folder / DATA, test=TEST)
        (self.folder / "s.yaml").write_text(SWEEP)

    def sweep(self, *flags, ranks=2):
        self.succeed("run", "s.yaml", "--db", "sweep.db", *flags, launcher=mpirun(ranks))

    def embed(self, *flags):
        self.succeed("embed", "c", DATA, "-o", "f", *flags)
        return Safetensors(self.folder / "f")

    def test_equals_what_the_sweep_kept(self):
        self.sweep("--set", "resources.keep=all")
        kept = self.query("SELECT e.cell, c.seed, c.terms, moment, split, positions, width, matrix FROM embeddings e "
                          "JOIN cells c ON c.id = e.cell ORDER BY moment DESC")
        self.assertEqual([row[1:5] for row in kept],
                         [(1111, "task+geo+dis+sem", "before", "test"), (1111, "task+geo+dis+sem", "after", "test")])
        (cell, *_, positions, width, before), (*_, positions_after, _, after) = kept
        self.assertEqual(json.loads(positions), [i * TEST // KEPT for i in range(KEPT)])
        self.assertEqual((positions, width), (positions_after, WIDTH))
        self.assertNotEqual(before, after)
        self.assertGreater(len({after[i:i + 4] for i in range(0, len(after), 4)}), len(after) / 8)
        self.succeed("embed", f"sweep.db.work/weights/{cell}.safetensors", DATA, "-o", "f")
        self.assertEqual(bytes(Safetensors(self.folder / "f").numbers("F")), after)

    def test_a_gang_keeps_the_same_of_the_initial_model(self):
        self.sweep()
        alone = self.query("SELECT matrix FROM embeddings WHERE moment = 'before'")
        (self.folder / "sweep.db").rename(self.folder / "alone.db")
        self.sweep("--set", "resources.ranks_per_trial=2", ranks=3)
        self.assertEqual(self.query("SELECT matrix FROM embeddings WHERE moment = 'before'"), alone)

    def test_a_sweep_may_keep_none(self):
        self.sweep("--set", "resources.keep_embeddings=none")
        self.assertEqual(self.query("SELECT count(*) FROM embeddings"), [(0,)])

    def test_writes_what_it_says(self):
        self.succeed("train", "s.yaml", "--checkpoint", "c")
        utterances = self.embed("--all")
        metadata = utterances.header["__metadata__"]
        self.assertEqual(metadata["format"], "missmodal-embedding-1")
        self.assertEqual((metadata["split"], metadata["subsets"].split()), ("test", SUBSETS))
        data = Safetensors(self.folder / DATA)
        ids, labels = json.loads(metadata["ids"]), list(utterances.numbers("labels"))
        self.assertEqual(ids, json.loads(data.header["__metadata__"]["ids"])["test"])
        self.assertEqual(labels, list(data.numbers("test.labels")))
        self.assertEqual(metadata["dataset_sha256"], data.header["__metadata__"]["content_sha256"])
        self.assertEqual(utterances.header["F"]["shape"], [7, TEST, WIDTH])
        every = utterances.numbers("F").tolist()
        spread = self.embed()
        places = list(spread.numbers("positions"))
        self.assertEqual(len(places), KEPT)
        self.assertEqual(json.loads(spread.header["__metadata__"]["ids"]), [ids[i] for i in places])
        self.assertEqual(self.embed("--split", "valid").header["F"]["shape"], [7, 12, WIDTH])
        rows = list(csv.reader(io.StringIO(self.succeed("embed", "c", DATA, "--all"))))
        self.assertEqual(rows[0], ["id", "subset", "label", *(f"f{k}" for k in range(WIDTH))])
        self.assertEqual([row[:2] for row in rows[1:]], [[i, subset] for subset in SUBSETS for i in ids])
        printed = [struct.unpack("<f", struct.pack("<f", float(value)))[0] for row in rows[1:] for value in row[3:]]
        self.assertEqual(printed, every)

    def test_refuses_what_does_not_fit(self):
        self.succeed("train", "s.yaml", "--checkpoint", "c", "--set", "training.max_epochs=1")
        synthesize(self.folder / "wide", audio=9)
        self.assert_refused("wide: audio is 9 wide, but c was trained with 4", "embed", "c", "wide", "-o", "f")
        self.assert_refused("c: is the input c itself; write to another file", "embed", "c", DATA, "-o", "c")
        self.assert_refused("none/x: cannot be written: No such file or directory", "embed", "absent", DATA, "-o", "none/x")
        self.assert_refused("absent: cannot be opened: No such file or directory", "embed", "absent", DATA)


if __name__ == "__main__":
    unittest.main()
