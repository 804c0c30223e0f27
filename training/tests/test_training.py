"""Quick tests of the training code, on random data: python3 -m unittest discover -s training/tests -t training"""
import json
import os
import tempfile
import unittest

import numpy as np
import torch

import train
from zynqtrain import augment, batches, channels, clustering, composites, dataset, export, integer, labels, losses, loop, network
from zynqtrain import pruning, reference

torch.set_num_threads(1)


def small_network(size=32, classes=5, width=0.25):
    torch.manual_seed(3)
    model = network.ZynqNet(network.make_config(width, size, classes))
    model.train()
    for _ in range(3):  # running statistics worth folding
        model(torch.rand(8, 3, size, size) * 255)
    return model.eval()


def small_batches(seed=7):
    random = np.random.RandomState(0)
    images = random.randint(0, 256, (40, 40, 40, 3), dtype=np.uint8)
    truth = np.arange(40) % 4
    return batches.Batches((images, truth, np.arange(40)), 32, 16, seed, 4)


class Network(unittest.TestCase):
    def test_counts_parameters_and_macs_of_the_modules(self):
        config = network.make_config(0.5, 64, 44)
        model = network.ZynqNet(config)
        weights = sum(m.weight.numel() for m in model.modules() if isinstance(m, torch.nn.Conv2d))
        outputs = sum(m.out_channels for m in model.modules() if isinstance(m, torch.nn.Conv2d))
        total = []
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.register_forward_hook(lambda m, _, y: total.append(y[0, 0].numel() * m.weight.numel()))
        model.eval()(torch.zeros(1, 3, 64, 64))
        self.assertEqual(network.count(config), (weights + outputs, sum(total)))

    def test_folding_keeps_the_answers(self):
        import export_onnx
        model = small_network()
        pixels = (torch.rand(2, 3, 32, 32) * 255).round()
        folded = export_onnx.Folded(model).eval()
        with torch.no_grad():
            difference = (folded(pixels - model.mean) - model(pixels)).abs().max()
        self.assertLess(float(difference), 1e-4)


class Data(unittest.TestCase):
    def test_split_keeps_groups_whole_and_a_fifth_of_each_class(self):
        groups = np.repeat(np.arange(50), 6)
        truth = groups % 5
        training, validation = dataset.split_by_group(truth, groups)
        self.assertFalse(set(groups[training]) & set(groups[validation]))
        for label in range(5):
            self.assertEqual(len(set(groups[validation][truth[validation] == label])), 2)

    def test_a_step_depends_on_the_seed_and_its_number_alone(self):
        one, two, other = small_batches().step(5), small_batches().step(5), small_batches().step(6)
        self.assertTrue(torch.equal(one[0], two[0]) and torch.equal(one[1], two[1]))
        self.assertFalse(torch.equal(one[0], other[0]))
        self.assertGreaterEqual(float(one[0].min()), 0)
        self.assertLessEqual(float(one[0].max()), 255)

    def test_the_identity_map_keeps_an_image(self):
        image = torch.rand(2, 3, 16, 16)
        same = augment.warp(image, torch.eye(3).repeat(2, 1, 1), 16)
        self.assertLess(float((same - image).abs().max()), 1e-5)

    def test_a_drawn_sign_changes_its_place_only(self):
        sprites = torch.zeros(3, 4, 32, 32)
        sprites[:, 3, 8:24, 8:24] = 1  # a black square with a transparent border
        backgrounds = torch.full((20, 3, 48, 48), 200.0)
        pixels = composites.compose(sprites, torch.arange(20) % 3, backgrounds, torch.Generator().manual_seed(2))
        changed = (pixels != 200).any(1).float().mean((1, 2))
        self.assertTrue(bool((changed > 0.005).all() and (changed < 0.5).all()))

    def test_poses_keep_the_plate_inside_the_frame(self):
        maps = composites.poses(200, torch.Generator().manual_seed(5))
        axis = torch.linspace(-1, 1, 41)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        points = torch.stack([x, y, torch.ones_like(x)], -1).view(1, -1, 3) @ maps.transpose(1, 2)
        inside = ((points[..., :2] / points[..., 2:]).abs().amax(-1) < 1).float().mean(1)
        self.assertGreater(float(inside.min()), 0.02)
        self.assertLess(float(inside.max()), 0.95)


class Losses(unittest.TestCase):
    def test_soft_targets_vanish_only_at_the_teacher(self):
        teacher = torch.randn(4, 5)
        student = teacher.clone().requires_grad_()
        losses.distillation(student, teacher).sum().backward()
        self.assertLess(float(student.grad.abs().max()), 1e-5)
        other = (teacher + torch.randn(4, 5)).requires_grad_()
        losses.distillation(other, teacher).sum().backward()
        self.assertGreater(float(other.grad.abs().max()), 1e-3)

    def test_a_frame_that_the_teacher_does_not_know_cannot_spoil_the_gradient(self):
        logits = torch.randn(3, 5, requires_grad=True)
        teacher = torch.randn(3, 5)
        teacher[2] = float("nan")
        loss = losses.mixed(logits, torch.tensor([0, 1, 2]), teacher, torch.tensor([True, True, False]))
        loss.backward()
        self.assertTrue(bool(torch.isfinite(loss)) and bool(torch.isfinite(logits.grad).all()))

    def test_logit_regression_ignores_a_common_offset(self):
        teacher = torch.randn(4, 5)
        self.assertLess(float(losses.logit_regression(teacher + 3, teacher).max()), 1e-10)


class Pruning(unittest.TestCase):
    def test_masks_keep_the_density_and_the_largest_of_each_layer(self):
        model = small_network()
        masks = pruning.masks_at(model, 0.2)
        kept = sum(int(m.sum()) for m in masks.values()) / sum(m.numel() for m in masks.values())
        self.assertAlmostEqual(kept, 0.2, delta=0.001)
        for name, conv in pruning.prunable(model).items():
            inside, outside = conv.weight[masks[name]].abs(), conv.weight[~masks[name]].abs()
            if len(outside):
                self.assertGreaterEqual(float(inside.min()), float(outside.max()))

    def test_narrowing_keeps_the_answers_if_the_lost_channels_are_dead(self):
        model = small_network(width=0.5)
        block = model.fires[0].expand3x3
        dead = torch.arange(0, 32, 4)
        block.norm.weight.data[dead] = 0
        block.norm.bias.data[dead] = 0
        small = channels.narrow(model, {"fire2/expand3x3": 24}).eval()
        pixels = torch.rand(2, 3, 32, 32) * 255
        with torch.no_grad():
            self.assertLess(float((small(pixels) - model(pixels)).abs().max()), 1e-4)


class Clustering(unittest.TestCase):
    def test_values_are_shared_and_zeros_stay(self):
        weight = torch.randn(12, 8, 3, 3)
        weight[torch.rand(weight.shape) < 0.6] = 0
        codebook, index, scale = clustering.cluster(weight, 15)
        again = scale.view(-1, 1, 1, 1) * torch.cat([codebook, torch.zeros(1)])[index]
        self.assertTrue(torch.equal(again == 0, weight == 0))
        self.assertLessEqual(len(codebook), 15)
        self.assertAlmostEqual(float(codebook.abs().max()), 127, places=3)
        self.assertLess(float((again - weight).pow(2).sum() / weight.pow(2).sum()), 0.02)

    def test_gradients_are_summed_per_cluster(self):
        layer = integer.IntegerConv("x", (2, 1, 1, 2), 1, True, 2)
        layer.index.copy_(torch.tensor([0, 1, 0, -1]).view(2, 1, 1, 2))
        layer.codebook.data.copy_(torch.tensor([10.0, -20.0]) / 127)
        gradient = torch.tensor([1.0, 2.0, 4.0, 8.0]).view(2, 1, 1, 2)
        (layer.integer_weights() * gradient).sum().backward()
        self.assertEqual([value / 127 for value in layer.codebook.grad.tolist()], [5.0, 2.0])


class Integers(unittest.TestCase):
    def test_multipliers_are_within_half_a_unit(self):
        ratio = torch.tensor([0.5, 0.9999999, 1.0, 3.7e-5, 0.0123, 12.5], dtype=torch.float64)
        multiplier, shift = integer.multiplier_and_shift(ratio)
        self.assertTrue(bool(((multiplier >= 0) & (multiplier <= 65535) & (shift >= 1) & (shift <= 40)).all()))
        self.assertLess(float((multiplier / 2.0 ** shift / ratio - 1).abs().max()), 2.0 ** -16)

    def exported(self, folder, codebook=15):
        model = small_network()
        pruning.apply(model, pruning.masks_at(model, 0.5))
        pixels = (torch.rand(6, 3, 32, 32) * 255).round()
        network_ = integer.from_float(model, pixels, codebook)
        export.write(network_, folder, "test", ["a", "b", "c", "d", "none"])
        return network_, pixels

    def test_the_trained_forward_pass_is_the_integer_reference(self):
        with tempfile.TemporaryDirectory() as folder:
            model, pixels = self.exported(folder)
            model.train()  # the very pass that is trained
            expected = model(pixels).detach().numpy()
            stored = reference.load(folder)
            for number, image in enumerate(pixels.permute(0, 2, 3, 1).numpy().astype(np.uint8)):
                sums, _ = reference.run(stored, image)
                np.testing.assert_allclose(reference.logits(stored, sums), expected[number], rtol=1e-5, atol=1e-6)

    def test_a_pre_shift_is_taken_where_sums_are_large_and_the_reference_agrees(self):
        with tempfile.TemporaryDirectory() as folder:
            model, pixels = self.exported(folder)
            for layer in (model.layers[0], model.layers[7]):
                layer.bias.data[1] = 5e7 * layer.input_scale * layer.log_scale.exp()[1]
            export.write(model, folder, "test", ["a", "b", "c", "d", "none"])
            self.assertEqual(int(model.layers[7].pre_shift), 2)
            stored = reference.load(folder)
            with torch.no_grad():
                expected = model(pixels).numpy()
            for number, image in enumerate(pixels.permute(0, 2, 3, 1).numpy().astype(np.uint8)):
                logits = reference.logits(stored, reference.run(stored, image)[0])
                np.testing.assert_allclose(logits, expected[number], rtol=1e-5, atol=1e-6)

    def test_a_sum_that_may_overflow_is_refused_with_its_layer(self):
        with tempfile.TemporaryDirectory() as folder:
            model, _ = self.exported(folder)
            model.layers[4].bias.data.fill_(1e9)
            with self.assertRaisesRegex(export.ExportError, model.layers[4].name):
                export.write(model, os.path.join(folder, "again"), "test", ["a"] * 5)
            self.assertFalse(os.path.exists(os.path.join(folder, "again", "header.json")))

    def test_header_names_every_array(self):
        with tempfile.TemporaryDirectory() as folder:
            self.exported(folder)
            with open(os.path.join(folder, "header.json")) as stream:
                header = json.load(stream)
            for op in header["ops"]:
                outputs, inputs = op["output"]["channels"], op["input"]["channels"]
                size = os.path.getsize(os.path.join(folder, f"{op['weights']:02d}.weights.i8"))
                self.assertEqual(size, outputs * inputs * op["kernel"][0] * op["kernel"][1])
            self.assertEqual(len(labels.LABELS), 44)


class Teachers(unittest.TestCase):
    def test_a_committee_is_the_mean_of_what_each_says_at_its_own_size(self):
        class Plain:
            def __init__(self, size, factor):
                self.config, self.factor = {"size": size}, factor

            def __call__(self, pixels):
                assert pixels.shape[-1] == self.config["size"]
                return pixels.mean((2, 3)) * self.factor

        pixels = torch.full((2, 3, 16, 16), 5.0)
        found = losses.Committee([Plain(16, 1.0), Plain(8, 3.0)])(pixels)
        self.assertTrue(torch.allclose(found, torch.full((2, 3), 10.0)))


class Sources(unittest.TestCase):
    def test_several_dumps_alternate_and_their_episodes_stay_apart(self):
        found = list(dataset.in_turn([[("a", 1, 0), ("b", 1, 1), ("c", 1, 2)], [("x", 2, 0)]]))
        self.assertEqual([sample[0] for sample in found], ["a", "x", "b", "c"])
        self.assertEqual(len({sample[2] for sample in found}), 4)

    def test_augmentation_weakens_to_the_end_and_other_fits_are_drawn_at_their_share(self):
        images = np.zeros((8, 16, 16, 3), np.uint8)
        other = np.full((8, 16, 16, 3), 200, np.uint8)
        stream = batches.Batches((images, np.arange(8) % 4, np.arange(8)), 16, 16, 1, 4, others=[other], other_share=0.25,
                                 milder=(100, 200, 0.4))
        self.assertEqual([stream.strength_at(step) for step in (0, 100, 150, 200, 900)], [1.0, 1.0, 0.7, 0.4, 0.4])
        pixels, _ = stream.photographs(2000, torch.Generator().manual_seed(3))
        share = float((pixels.mean((1, 2, 3)) > 100).float().mean())
        self.assertAlmostEqual(share, 0.25, delta=0.04)


class Loop(unittest.TestCase):
    def test_a_resumed_run_ends_where_an_unbroken_one_does(self):
        def run(folder, steps, resume, total):
            torch.manual_seed(1)
            prune = pruning.Gradual(0, 2, 0.3, every=1)
            model = network.ZynqNet(network.make_config(0.125, 32, 5))
            options = train.argparse.Namespace(
                steps=total, lr=0.01, warmup=1, weight_decay=1e-4, ema=0.9, smoothing=0.05, distill="soft", distill_weight=0.7,
                temperature=4.0, report=2, evaluate=100, bf16=False, resume=resume,
                optimizer="sgd")
            stop = {"after": steps}

            class Stop(Exception):
                pass

            def log(line):
                pass

            class After:
                resume = staticmethod(prune.resume)

                def __call__(self, trained, step):
                    prune(trained, step)
                    if step == stop["after"]:
                        raise Stop

            try:
                average = loop.run(model, small_batches(), options, lambda m: {}, folder, after_step=After(), log=log)
                weights, kept = pruning.statistics(model)
                self.assertLess(kept, 0.31 * weights)
                return average
            except Stop:
                return None

        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            whole = run(one, 99, False, 6)
            self.assertIsNone(run(two, 4, False, 6))  # breaks off in step 4, after the checkpoint of step 4
            resumed = run(two, 99, True, 6)
            for a, b in zip(whole.state_dict().values(), resumed.state_dict().values()):
                self.assertTrue(torch.equal(a, b))


if __name__ == "__main__":
    unittest.main()
