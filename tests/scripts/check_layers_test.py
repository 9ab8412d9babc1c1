import tempfile
import unittest
from pathlib import Path

from script import run, write_tree


def faults(files):
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder), files)
        code, _, errors = run("check_layers", folder)
    lines = errors.splitlines()
    return code, lines[:-1]  # the last one counts


class CheckLayers(unittest.TestCase):
    def assert_allowed(self, path, include):
        self.assertEqual(faults({path: f"#include {include}\n"}), (0, []), f"{path} includes {include}")

    def assert_refused(self, path, include):
        code, lines = faults({path: f"// first line\n#include {include}\n"})
        self.assertEqual(code, 1, f"{path} includes {include}")
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith(f"{path}:2: "), lines[0])

    def test_includes_point_down(self):
        self.assert_allowed("results/a.cpp", '"sweeps/plan.h"')
        self.assert_allowed("trainer/model/a.cpp", '"trainer/data/dataset.h"')
        self.assert_allowed("worker/trials.cpp", '"trainer/train_trial.h"')
        self.assert_allowed("coordinator/loop.cpp", '"worker/transport.h"')
        self.assert_allowed("coordinator/main/run.cpp", '"worker/worker.h"')

    def test_never_up_or_aside(self):
        self.assert_refused("sweeps/a.h", '"results/store.h"')
        self.assert_refused("worker/worker.cpp", '"trainer/train_trial.h"')
        self.assert_refused("trainer/a.cpp", '"results/store.h"')
        self.assert_refused("trainer/data/a.cpp", '"trainer/model/model.h"')
        self.assert_refused("results/a.cpp", '"results/main/b.h"')
        self.assert_refused("worker/protocol.h", '"results/change.h"')
        self.assert_refused("worker/worker.cpp", '"results/store.h"')
        self.assert_refused("coordinator/loop.cpp", '"worker/worker.h"')
        self.assert_refused("coordinator/loop.cpp", '"coordinator/main/commands.h"')

    def test_libraries_stay_in_their_rooms(self):
        self.assert_allowed("sweeps/a.cpp", "<yaml-cpp/yaml.h>")
        self.assert_allowed("trainer/data/wordpiece/a.cpp", "<unicode/uchar.h>")
        self.assert_allowed("trainer/a.cpp", "<torch/torch.h>")
        self.assert_allowed("worker/mpi_transport.cpp", "<mpi.h>")
        self.assert_allowed("results/web/a.cpp", "<boost/beast/core.hpp>")
        self.assert_refused("trainer/a.cpp", "<mpi.h>")
        self.assert_refused("trainer/data/a.cpp", "<torch/torch.h>")
        self.assert_refused("trainer/data/a.cpp", "<unicode/uchar.h>")
        self.assert_refused("coordinator/a.cpp", "<torch/torch.h>")
        self.assert_refused("worker/protocol.cpp", "<torch/torch.h>")
        self.assert_refused("results/a.cpp", "<boost/asio.hpp>")
        self.assert_refused("sweeps/a.cpp", "<CLI/CLI.hpp>")

    def test_some_headers_stay_out_of_ours(self):
        self.assert_allowed("results/store.cpp", "<sqlite3.h>")
        self.assert_refused("results/store.h", "<sqlite3.h>")
        self.assert_refused("worker/mpi_transport.h", "<mpi.h>")

    def test_an_unknown_library_is_refused(self):
        self.assert_refused("sweeps/a.cpp", "<absl/strings/str_cat.h>")
        self.assert_allowed("sweeps/a.cpp", "<vector>")
        self.assert_allowed("sweeps/a.cpp", "<sys/mman.h>")
        self.assert_allowed("sweeps/a.cpp", "<nlohmann/json.hpp>")

    def test_a_test_sees_what_its_folder_sees(self):
        self.assert_allowed("tests/sweeps/a_test.cpp", "<gtest/gtest.h>")
        self.assert_allowed("tests/trainer/a_test.cpp", '"trainer/model/model.h"')
        self.assert_allowed("tests/sweeps/evaluation/a_test.cpp", '"sweeps/evaluation/metrics.h"')
        self.assert_refused("tests/sweeps/a_test.cpp", '"results/store.h"')
        self.assert_refused("tests/trainer/data/pickle/a_test.cpp", '"trainer/data/source/padding.h"')
        self.assert_refused("sweeps/a.cpp", "<gtest/gtest.h>")


if __name__ == "__main__":
    unittest.main()
