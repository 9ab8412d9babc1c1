import tempfile
import unittest
from pathlib import Path

from script import run

NEW_ABI = 'set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=1")\n'
OLD_ABI = 'set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")\n'


class TorchDir(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def install(self, prefix, configuration):
        place = self.root / prefix / "share/cmake/Torch"
        place.mkdir(parents=True)
        (place / "TorchConfig.cmake").write_text(configuration)
        return place

    def test_torch_dir_wins(self):
        given = self.install("given", NEW_ABI)
        self.install("other", NEW_ABI)
        code, output, _ = run("torch_dir", Torch_DIR=given, CMAKE_PREFIX_PATH=self.root / "other")
        self.assertEqual((code, output), (0, f"{given}\n"))

    def test_a_wrong_torch_dir_is_not_passed_over_in_silence(self):
        code, output, errors = run("torch_dir", Torch_DIR=self.root)
        self.assertEqual((code, output), (1, ""))
        self.assertIn(str(self.root), errors)

    def test_searches_the_prefix_path_in_order(self):
        second = self.install("second", NEW_ABI)
        path = f"{self.root}/first:{self.root}/second"
        code, output, _ = run("torch_dir", Torch_DIR=None, CMAKE_PREFIX_PATH=path)
        self.assertEqual((code, output), (0, f"{second}\n"))

    def test_finds_that_of_the_python_in_path(self):
        place = self.install("site/torch", NEW_ABI)
        (self.root / "site/torch/__init__.py").write_text("raise ImportError('must not be imported')")
        code, output, _ = run("torch_dir", Torch_DIR=None, CMAKE_PREFIX_PATH=None, PYTHONPATH=self.root / "site")
        self.assertEqual((code, output), (0, f"{place}\n"))

    def test_passes_over_the_old_abi_and_says_so(self):
        self.install("old", OLD_ABI)
        new = self.install("new", NEW_ABI)
        path = f"{self.root}/old:{self.root}/new"
        code, output, errors = run("torch_dir", Torch_DIR=None, CMAKE_PREFIX_PATH=path)
        self.assertEqual((code, output), (0, f"{new}\n"))
        self.assertIn("old C++ ABI", errors)


if __name__ == "__main__":
    unittest.main()
