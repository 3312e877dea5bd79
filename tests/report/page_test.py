"""The page of doppel report in a browser: its figures as rendered are those of the JSON, nothing is loaded from outside, and
it fits a telephone and a desk. DOPPEL names the program. Without chromium it ends with code 77, which ctest calls skipped."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

from browser import Browser, find_chromium

DOPPEL = os.environ["DOPPEL"]
TOY = ["network.input=24", "network.width=0.0625", "network.embedding=16", "network.blocks=[1, 1]", "network.branches=[3]",
       "init.lsuv_images=32", "data.workers=0", "data.base_identities=60", "sampling.batch=18", "sampling.images_per_class=3",
       "optim.warmup=5", "loss.margin_start=10", "steps=40", "log.every=1", "evaluate.every=10"]
EVIL = "<script>alert(1)<script>&\"'"


def doppel(*words):
    done = subprocess.run([DOPPEL, *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"doppel {' '.join(map(str, words))}\n{done.stderr}")


def pixels(png):
    """Width, height and the rows of a PNG of 8 bits a channel, without filters."""
    width, height, bits, colour = struct.unpack(">IIBB", png[16:26])
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and bits == 8 and colour in (2, 6), (bits, colour)
    data, at = b"", 8
    while at < len(png):
        size, = struct.unpack(">I", png[at:at + 4])
        if png[at + 4:at + 8] == b"IDAT":
            data += png[at + 8:at + 8 + size]
        at += size + 12
    data, channels = zlib.decompress(data), 3 if colour == 2 else 4
    rows, before = [], bytearray(width * channels)
    for y in range(height):
        kind, row = data[y * (width * channels + 1)], bytearray(data[y * (width * channels + 1) + 1:][:width * channels])
        for i in range(len(row)):
            left = row[i - channels] if i >= channels else 0
            if kind == 1:
                add = left
            elif kind == 2:
                add = before[i]
            elif kind == 3:
                add = (left + before[i]) // 2
            elif kind == 4:
                corner = before[i - channels] if i >= channels else 0
                guess = left + before[i] - corner
                add = min((left, before[i], corner), key=lambda v: abs(guess - v))
            else:
                break
            row[i] = (row[i] + add) & 255
        rows.append(bytes(row))
        before = row
    return width, height, channels, rows


def text_of(pointer, value):
    """How the page shows the value at this place of the JSON."""
    if isinstance(value, str):
        return value
    words = pointer.split("/")
    if words[-1] == "cosine":
        return f"{value:.3f}"
    if words[3] == "differences_to_first":
        return f"{100 * value:+.2f}"
    if words[3] == "figures":
        return f"{100 * value:.2f}" + ("%" if words[-1] == "value" else "")
    if words[3] == "profile" or words[-1] in ("input_bound", "list_filled", "list_changed"):
        return f"{100 * value:.2f}%"
    return f"{value:.4g}"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="doppel_report_")
        path = lambda name: os.path.join(cls.folder.name, name)
        doppel("faces", path("people"), "--identities", 72, "--photos", 5, "--size", 32)
        os.rename(path("people/00072"), path("people/" + EVIL))
        os.remove(path("people/families.csv"))
        runs = [path("random"), path(EVIL)]
        for run, random_classes in zip(runs, (6, 2)):
            settings = [word for s in [*TOY, f"sampling.random_classes={random_classes}"] for word in ("--set", s)]
            doppel("train", path("people"), "--run", run, "--device", "cpu", "--threads", 1, *settings)
        cls.page, figures = path("report.html"), path("figures.json")
        doppel("report", *runs, "--data", path("people"), "--out", cls.page, "--json", figures, "--threads", 1)
        with open(figures) as file:
            cls.figures = json.load(file)
        cls.browser = Browser()
        cls.browser.screen(1280, 800)
        cls.browser.open(cls.page)

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def at(self, pointer):
        value = self.figures
        for word in pointer.split("/")[1:]:
            word = word.replace("~1", "/").replace("~0", "~")
            value = value[int(word)] if isinstance(value, list) else value[word]
        return value

    def test_every_figure_is_that_of_the_json(self):
        shown = self.browser.evaluate(
            "[...document.querySelectorAll('[data-figure]')].map(e => [e.dataset.figure, e.innerText])")
        self.assertGreater(len(shown), 150)
        for pointer, text in shown:
            self.assertEqual(text, text_of(pointer, self.at(pointer)), pointer)
        seen = {pointer for pointer, _ in shown}
        for run in (0, 1):
            for name, figure in self.figures["runs"][run]["figures"].items():
                for part in figure:
                    self.assertIn(f"/runs/{run}/figures/{name}/{part}", seen)
        for name in self.figures["runs"][1]["differences_to_first"]:
            self.assertIn(f"/runs/1/differences_to_first/{name}/value", seen)
        inside = self.browser.evaluate("document.getElementById('figures').textContent")
        self.assertEqual(json.loads(inside), self.figures)

    def test_nothing_is_loaded_from_outside_or_run(self):
        self.browser.open(self.page)
        asked = [event["request"]["url"] for method, event in self.browser.events if method == "Network.requestWillBeSent"]
        self.assertEqual([url for url in asked if not url.startswith("data:image/jpeg")], ["file://" + self.page])
        troubles = [event for method, event in self.browser.events
                    if method in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown",
                                  "Page.javascriptDialogOpening")]
        self.assertEqual(troubles, [])
        photos = self.browser.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length > 0])")
        self.assertGreater(len(photos), 20)
        self.assertEqual({tuple(photo) for photo in photos}, {(True, 112, True)})

    def test_it_fits_the_screen(self):
        for width in (360, 1280):
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    self.browser.screen(width, 800, dark)
                    self.browser.open(self.page)
                    self.assertEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
                    self.assertEqual(self.browser.evaluate("innerWidth"), width)
                    # Letters of a chart, in pixels of the screen.
                    smallest = self.browser.evaluate(
                        "Math.min(...[...document.querySelectorAll('svg text')].map(t => "
                        "parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a))")
                    self.assertGreater(smallest, 9)
                    shown_width, height, channels, rows = pixels(self.browser.picture())
                    self.assertEqual((shown_width, height), (width, 800))
                    page = rows[2][:3]  # the first rows are empty
                    shown = [row[i:i + 3] for row in rows for i in range(0, len(row), channels)]
                    self.assertGreater(len(set(shown)), 20, "the page is blank")
                    self.assertLess(shown.count(page), 0.95 * len(shown), "the page is nearly blank")
                    self.assertEqual(max(page) < 64, dark)
                    self.assertEqual(min(page) > 192, not dark)

    def test_a_wide_table_scrolls_inside_its_box(self):
        self.browser.screen(360, 800)
        self.browser.open(self.page)
        boxes = self.browser.evaluate("[...document.querySelectorAll('.scroll')].map(b => [b.scrollWidth, b.clientWidth])")
        self.assertGreater(max(inside - box for inside, box in boxes), 100)
        self.assertLess(max(box for _, box in boxes), 360)

    def test_names_stay_text(self):
        self.assertEqual(self.browser.evaluate("document.scripts.length"), 1)
        labels = self.browser.evaluate("[...document.querySelectorAll('.run .name')].map(e => e.textContent)")
        self.assertTrue(any(label.endswith(EVIL) for label in labels), labels)


if __name__ == "__main__":
    if find_chromium() is None:
        print("chromium is not installed, so the page of doppel report is not tested in a browser")
        sys.exit(77)
    unittest.main()
