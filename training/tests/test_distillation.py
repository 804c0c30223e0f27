"""Quick tests of distil.py and what it is made of."""
import contextlib
import io
import json
import os
import tempfile
import unittest

import numpy as np
import torch
from PIL import Image

import distil
from tests import small_graph
from zynqtrain import graph, photographs, reference, views

torch.set_num_threads(1)


def random_pixels(count=4):
    return np.random.RandomState(8).randint(0, 256, (count, small_graph.SIZE, small_graph.SIZE, 3), dtype=np.uint8)


def as_batch(pixels):
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float()


def photographs_in(folder, count=6):
    os.makedirs(folder)
    for number in range(count):
        random = np.random.RandomState(number)
        Image.fromarray(random.randint(0, 256, (30, 24 + number, 3), dtype=np.uint8)).save(os.path.join(folder, f"{number}.png"))
    return folder


class Graph(unittest.TestCase):
    def test_any_int8_model_answers_what_the_reference_does(self):
        with tempfile.TemporaryDirectory() as folder:
            small_graph.write(folder)
            stored, pixels = reference.load(folder), random_pixels()
            expected = np.stack([reference.logits(stored, reference.run(stored, image)[0]) for image in pixels])
            with torch.no_grad():
                given = graph.IntegerGraph(folder)(as_batch(pixels)).numpy()
            self.assertGreater(len(np.unique(expected)), 20)
            np.testing.assert_allclose(given, expected, rtol=1e-5, atol=1e-5)

    def test_what_is_read_is_written_again_byte_for_byte(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as again:
            small_graph.write(folder)
            model = graph.IntegerGraph(folder)
            graph.write(model, again)
            stored, other = reference.load(folder), reference.load(again)
            self.assertEqual(other[0], stored[0])
            for before, after in zip(stored[1], other[1]):
                np.testing.assert_array_equal(after[0], before[0])
                np.testing.assert_array_equal(after[1], before[1])
                if before[2] is not None:  # the same factor, with all 16 bits of the multiplier
                    np.testing.assert_allclose(after[2] / 2.0 ** after[3], before[2] / 2.0 ** before[3], rtol=2e-5)

    def test_the_float_teacher_is_the_real_valued_network(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as teacher:
            small_graph.write(folder)
            small_graph.write_teacher(teacher, folder)
            with torch.no_grad():
                given = graph.IntegerGraph(folder)(as_batch(random_pixels()))
                answers = graph.FloatGraph(teacher)(as_batch(random_pixels()))
            # Bytes are clamped and rounded, reals are not: alike, not equal.
            self.assertGreater(float(np.corrcoef(given.flatten(), answers.flatten())[0, 1]), 0.9)

    def test_cut_in_two_it_answers_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            small_graph.write(folder)
            model = graph.IntegerGraph(folder)
            with torch.no_grad():
                whole = model(as_batch(random_pixels()))
                for name in ("first", "right", "wide", "mean"):
                    if name == "mean":
                        self.assertRaises(ValueError, model.cut, name)
                        continue
                    first, kept = model.cut(name)
                    part = model.before(as_batch(random_pixels()), first, kept)
                    self.assertTrue(torch.equal(model.behind(part, first, kept), whole), name)
            self.assertRaisesRegex(ValueError, "no layer nonsense", model.cut, "nonsense")

    def test_a_model_of_the_wrong_kind_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            small_graph.write(folder)
            self.assertRaisesRegex(ValueError, "teacher must be a float32", graph.FloatGraph, folder)


class Pictures(unittest.TestCase):
    def test_plain_views_are_what_the_daemon_takes(self):
        header = {"input": {"width": 227, "height": 227}, "preprocessing": {"mode": "squash", "resize": [256, 256], "crop": True}}
        left, top, right, bottom = photographs.plain_box(512, 256, header)
        self.assertEqual((left, top, right - left, bottom - top), (29, 14, 454, 227))
        header = {"input": {"width": 64, "height": 64}, "preprocessing": {"mode": "cover", "resize": None, "crop": False}}
        self.assertEqual(photographs.plain_box(101, 64, header), (18, 0, 82, 64))

    def test_a_view_follows_from_seed_and_number_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            small_graph.write(folder)
            header = graph.load_header(folder)
            files = photographs.files_in([photographs_in(os.path.join(folder, "photos"))])
            one, two = (photographs.Photographs(files, header, seed=3) for _ in range(2))
            self.assertTrue(torch.equal(one.views([5, 17]), two.views([17, 5])[[1, 0]]))
            self.assertFalse(torch.equal(one.views([5]), one.views([11])))  # the same photograph, another view
            self.assertFalse(torch.equal(one.views([5]), photographs.Photographs(files, header, seed=4).views([5])))


class Distil(unittest.TestCase):
    def run_in(self, folder, output, *more):
        with contextlib.redirect_stdout(io.StringIO()):
            distil.main([os.path.join(folder, "student"), "--teacher", os.path.join(folder, "teacher"), "--photographs",
                         os.path.join(folder, "photos"), "--views", "24", "--steps", "8", "--batch", "6", "--report", "4",
                         "--lr", "0.01", "-o", os.path.join(folder, output), *more])
        return os.path.join(folder, output)

    def prepare(self, folder):
        for name in ("student", "teacher"):
            os.makedirs(os.path.join(folder, name))
        small_graph.write(os.path.join(folder, "student"))
        small_graph.write_teacher(os.path.join(folder, "teacher"), os.path.join(folder, "student"))
        photographs_in(os.path.join(folder, "photos"))

    def test_it_comes_nearer_to_the_teacher_with_the_same_zeros_and_clusters(self):
        with tempfile.TemporaryDirectory() as folder:
            self.prepare(folder)
            output = self.run_in(folder, "run", "--steps", "30", "--blend", "1", "--held", os.path.join(folder, "photos"))
            teacher = graph.FloatGraph(os.path.join(folder, "teacher"))
            before = graph.IntegerGraph(os.path.join(folder, "student"))
            after = graph.IntegerGraph(os.path.join(output, "export"))
            pictures = photographs.Photographs(photographs.files_in([os.path.join(folder, "photos")]), before.header)
            was = distil.judge(before, teacher, pictures)["divergence"]
            self.assertLess(distil.judge(after, teacher, pictures)["divergence"], 0.8 * was)
            for one, two in zip(before.layers, after.layers):
                self.assertTrue(torch.equal(one.index == -1, two.index == -1))
                self.assertLessEqual(len(two.codebook), len(one.codebook))
            with open(os.path.join(output, "curve.json")) as stream:
                self.assertEqual(json.load(stream)[-1]["step"], 30)

    def test_a_blend_lies_between_the_student_as_given_and_the_trained_one(self):
        with tempfile.TemporaryDirectory() as folder:
            self.prepare(folder)
            runs = [self.run_in(folder, f"run{share}", "--blend", share) for share in ("0", "0.5", "1")]
            given, none, half, whole = (graph.IntegerGraph(path).layers[4].bias.detach() for path in
                                        [os.path.join(folder, "student"), *(os.path.join(run, "export") for run in runs)])
            self.assertTrue(torch.equal(none, given))
            self.assertGreater(float((whole / given - 1).abs().max()), 0.01)
            self.assertLess(float((half / ((given + whole) / 2) - 1).abs().max()), 1e-3)

    def test_layers_before_the_first_trained_one_stay(self):
        with tempfile.TemporaryDirectory() as folder:
            self.prepare(folder)
            output = self.run_in(folder, "run", "--from", "slice")
            before, after = reference.load(os.path.join(folder, "student")), reference.load(os.path.join(output, "export"))
            same = [bool((one[1] == two[1]).all()) for one, two in zip(before[1], after[1])]
            self.assertEqual(same, [True, True, True, False, False])

    def test_a_run_that_was_broken_off_ends_where_an_unbroken_one_does(self):
        with tempfile.TemporaryDirectory() as folder:
            self.prepare(folder)
            whole = reference.load(os.path.join(self.run_in(folder, "whole"), "export"))
            write, calls = distil.loop.save_atomically, []

            def broken(state, path):
                write(state, path)
                calls.append(path)
                raise KeyboardInterrupt

            distil.loop.save_atomically = broken
            try:
                self.assertRaises(KeyboardInterrupt, self.run_in, folder, "broken")
            finally:
                distil.loop.save_atomically = write
            resumed = reference.load(os.path.join(self.run_in(folder, "broken", "--resume"), "export"))
            for one, two in zip(whole[1], resumed[1]):
                for a, b in zip(one, two):
                    self.assertTrue(a is b is None or (a == b).all())

    def test_views_are_taken_up_where_they_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            self.prepare(folder)
            student = graph.IntegerGraph(os.path.join(folder, "student"))
            teacher = graph.FloatGraph(os.path.join(folder, "teacher"))
            pictures = photographs.Photographs(photographs.files_in([os.path.join(folder, "photos")]), student.header)

            def make(resume):
                return views.Views(student, teacher, pictures, 12, student.cut("slice"), folder, resume,
                                   log=lambda line: None, batch=4)

            first = np.array(make(False).tensors[0])
            again = np.lib.format.open_memmap(os.path.join(folder, "views.tensor3.npy"), "r+")
            again[:] = 0
            with open(os.path.join(folder, "views.json")) as stream:
                progress = json.load(stream)
            with open(os.path.join(folder, "views.json"), "w") as stream:
                json.dump({**progress, "done": 8}, stream)
            np.testing.assert_array_equal(make(True).tensors[0][8:], first[8:])
            self.assertFalse(make(True).tensors[0][:8].any())  # not computed twice
            pictures.seed = 99
            self.assertRaisesRegex(SystemExit, "begin anew", make, True)


if __name__ == "__main__":
    unittest.main()
