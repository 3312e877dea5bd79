"""experiments/run from its first line to its tables, at toy size on generated faces. DOPPEL names the program."""
import base64
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DOPPEL = os.environ["DOPPEL"]
TOY = ["network.input=24", "network.width=0.0625", "network.embedding=8", "network.blocks=[1, 1]", "network.branches=[3]",
       "network.padding=same", "init.lsuv_images=32", "data.workers=0", "classifier.iterations=5", "classifier.batch=20"]

# Stands in for doppel where figures and times must be known: 10 s a step after the first ten; coverage at 99% is 1% for each
# run that is evaluated, and 50% more by classifier.
STAND_IN = """#!{python}
import json, os, sys
words = sys.argv[1:]
def figures(runs, classifier):
    c99 = (50 * classifier + runs) / 100
    return {{"novel_top1": 0.7, "base_top1": 0.9, "coverage": {{"0.9": 0.95, "0.95": 0.9, "0.99": c99, "0.999": c99 / 10}},
            "novel_images": 5, "identities": 6}}
if words[0] == "train":
    run = words[words.index("--run") + 1]
    os.makedirs(run + "/checkpoints")
    open(run + "/checkpoints/step-360.safetensors", "w")
    open(run + "/config.toml", "w").write("[sampling]\\nbatch = 81\\n")
    with open(run + "/metrics.jsonl", "w") as out:
        for step in range(10, 70, 10):
            print(json.dumps({{"step": step, "images_per_second": 0.1 if step == 10 else 8.1}}), file=out)
elif words[0] == "classifier":
    open(words[1] + "/classifier.json", "w").write(json.dumps({{"prototypes": figures(1, 0), "classifier": figures(1, 1)}}))
else:
    print(json.dumps(figures(sum("runs" in w for w in words[1:words.index("--json") - 1]), "--classifier" in words)))
"""


def command(scale, data, runs, *more, steps=6):
    settings = [word for s in [*TOY, f"steps={steps}"] for word in ("--set", s)]
    return [sys.executable, os.path.join(ROOT, "experiments", "run"), scale, data, "--runs", runs, "--doppel", DOPPEL,
            "--device", "cpu", "--threads", "1", *settings, *more]


def start(*arguments, **more):
    return subprocess.Popen(command(*arguments, **more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(*arguments, **more):
    with start(*arguments, **more) as process:
        output = process.communicate(timeout=300)[0]
    return process.returncode, output


def wait_for(process, pattern):
    """Until a file that matches has content."""
    for _ in range(60_000):
        if any(os.path.getsize(path) > 0 for path in glob.glob(pattern)):
            return
        if process.poll() is not None:
            raise AssertionError(f"ended before {pattern} was there: {process.stdout.read()}")
        time.sleep(0.002)
    raise AssertionError(f"{pattern} never came")


def tables_of(runs):
    with open(os.path.join(runs, "tables.json")) as file:
        return {table["number"]: table["rows"] for table in json.load(file)["tables"]}


def checkpoints(runs):
    return {path: os.stat(path).st_mtime_ns for path in glob.glob(os.path.join(runs, "*", "checkpoints", "*"))}


class RunTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="doppel_experiments_")
        cls.data = os.path.join(cls.folder, "faces")
        subprocess.run([DOPPEL, "faces", cls.data, "--identities", "40", "--photos", "4", "--size", "24"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def runs(self, name):
        return os.path.join(self.folder, name)

    def test_a_queue_that_is_stopped_goes_on_to_the_same_tables_and_then_does_nothing(self):
        runs = self.runs("whole")
        long = {"steps": 400}
        begun = start("small", self.data, runs, "--only", "2", **long)
        wait_for(begun, os.path.join(runs, "initial-l2s-le-mb-a", "metrics.jsonl"))  # the second row
        begun.send_signal(signal.SIGTERM)
        output = begun.communicate(timeout=300)[0]
        self.assertEqual(begun.returncode, 130, output)
        self.assertIn("the same command goes on from here", output)
        rows = tables_of(runs)[2]
        self.assertEqual(rows[0]["state"], "done")
        self.assertRegex(rows[1]["state"], "not run yet: [0-9]+ of 400 steps")
        self.assertIsNone(rows[1]["here"])

        code, output = run("small", self.data, runs, "--only", "2", **long)
        self.assertEqual(code, 0, output)
        self.assertNotIn("timing", output)
        self.assertNotIn("initial-l2s-le-a: training", output)
        self.assertIn("initial-l2s-le-mb-a: training", output)
        with open(os.path.join(runs, "initial-l2s-le-mb-a", "train.log")) as log:
            self.assertIn("resumed from", log.read())
        other = self.runs("undisturbed")
        self.assertEqual(run("small", self.data, other, "--only", "initial-l2s-le-mb-a", **long)[0], 0)
        self.assertEqual(tables_of(runs)[2][1], tables_of(other)[2][1])
        self.assertEqual(tables_of(other)[2][0]["state"], "not run yet")

        before = checkpoints(runs)
        code, output = run("small", self.data, runs, "--only", "2", **long)
        self.assertEqual(code, 0, output)
        self.assertNotIn("training\n", output)
        self.assertEqual(checkpoints(runs), before)

    def test_every_row_of_every_table_gets_its_figures(self):
        runs = self.runs("all")
        code, output = run("small", self.data, runs)
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"l2s-mb-9 +6 +0 +0\.00\n")
        self.assertIn("hours of training to expect", output)
        self.assertEqual(output.count(": training\n"), 18)
        tables = tables_of(runs)
        self.assertEqual({number: len(rows) for number, rows in tables.items()}, {2: 2, 3: 1, 4: 8, 5: 8, 6: 12})
        for number, rows in tables.items():
            for row in rows:
                self.assertEqual(row["state"], "done", (number, row))
                self.assertEqual(row["here"]["novel_images"], 12)
                self.assertEqual(row["here"]["identities"], 40)
                self.assertTrue(0 <= row["here"]["c999"] <= row["here"]["c99"] <= 100)

        def stored(path, *keys):
            with open(os.path.join(runs, path)) as file:
                content = json.load(file)
            for key in keys:
                content = content[key]
            return 100 * content

        # Each figure from the file it must come from.
        self.assertEqual(tables[4][0]["here"]["novel_top1"], stored("l2s-27/evaluation.json", "novel_top1"))
        self.assertEqual(tables[4][5]["here"]["c99"], stored("l2s-mb-9/classifier.json", "prototypes", "coverage", "0.99"))
        self.assertEqual(tables[4][5]["here"], tables[5][4]["here"])
        self.assertEqual(tables[6][4]["here"]["base_top1"], stored("l2s-mb-9/classifier.json", "classifier", "base_top1"))
        self.assertEqual(tables[6][4]["here"]["c999"], stored("l2s-mb-9/classifier.json", "classifier", "coverage", "0.999"))
        members = [os.path.join(runs, recipe) for recipe in tables[3][0]["recipes"]]
        self.assertEqual(len(set(members)), 4)
        together = subprocess.run([DOPPEL, "evaluate", *members, self.data, "--json", "-", "--threads", "1"], check=True,
                                  capture_output=True, text=True)
        self.assertEqual(tables[3][0]["here"]["novel_top1"], 100 * json.loads(together.stdout)["novel_top1"])
        with open(os.path.join(runs, "tables.md")) as file:
            text = file.read()
        self.assertRegex(text, r"\| L2S \+ MB \(21 / 27\) \| l2s-mb-21 \| 99\.20% \| [0-9.]+% \| 94\.74% \| [0-9.]+% \|")
        self.assertNotIn("-stable", text)

    def test_figures_and_hours_go_where_they_belong(self):
        stand_in, runs = os.path.join(self.folder, "stand_in"), self.runs("runs_of_stand_in")
        with open(stand_in, "w") as file:
            file.write(STAND_IN.format(python=sys.executable))
        os.chmod(stand_in, 0o700)
        code, output = run("small", self.data, runs, "--doppel", stand_in, steps=360)
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"l2s-mb-9 +360 +0 +1\.00\n")
        self.assertIn("\n18.00 hours of training to expect", output)
        figures = {number: [(round(row["here"]["c99"], 6), round(row["here"]["c999"], 6)) for row in rows]
                   for number, rows in tables_of(runs).items()}
        for number in (2, 4, 5):
            self.assertEqual(set(figures[number]), {(1.0, 0.1)})
        self.assertEqual(figures[3], [(4.0, 0.4)])
        self.assertEqual([c99 for c99, _ in figures[6]], [51.0] * 10 + [58.0, 60.0])
        self.assertEqual({row["here"]["novel_top1"] for row in tables_of(runs)[6]}, {70.0})
        self.assertEqual({row["here"]["base_top1"] for row in tables_of(runs)[6]}, {90.0})

    def test_a_row_that_a_guard_stops_is_recorded_and_the_queue_goes_on(self):
        runs = self.runs("stopped")
        collapsing = ["--set", "guard.collapse_cosine=-1", "--set", "guard.collapse_steps=2", "--only", "l2s-27", "--only", "l2s-9"]
        code, output = run("small", self.data, runs, *collapsing)
        self.assertEqual(code, 1, output)
        for row in tables_of(runs)[4][:2]:
            self.assertRegex(row["state"], "stopped: .*step 2: the embedding has collapsed")
            self.assertIsNone(row["here"])
        self.assertIn("l2s-9: training", output)
        before = checkpoints(runs)
        code, output = run("small", self.data, runs, *collapsing)
        self.assertEqual(code, 1)
        self.assertNotIn(": training", output)
        self.assertEqual(checkpoints(runs), before)

    def test_what_fails_for_another_reason_is_tried_again(self):
        runs = self.runs("failing")
        self.assertEqual(run("small", self.data, runs, "--only", "l2s-27")[0], 0)
        os.remove(os.path.join(runs, "l2s-27", "evaluation.json"))
        os.rename(os.path.join(runs, "l2s-27", "config.toml"), os.path.join(runs, "hidden"))
        code, output = run("small", self.data, runs, "--only", "l2s-27")
        self.assertEqual(code, 1)
        self.assertRegex(tables_of(runs)[4][0]["state"], "failed: .*no config.toml")
        os.rename(os.path.join(runs, "hidden"), os.path.join(runs, "l2s-27", "config.toml"))
        self.assertEqual(run("small", self.data, runs, "--only", "l2s-27")[0], 0)
        self.assertEqual(tables_of(runs)[4][0]["state"], "done")

    def test_two_queues_never_share_a_folder(self):
        runs = self.runs("shared")
        begun = start("small", self.data, runs, "--only", "l2s-27", steps=1_000_000)
        wait_for(begun, os.path.join(runs, "l2s-27", "metrics.jsonl"))
        with open(f"/proc/{begun.pid}/task/{begun.pid}/children") as file:
            child = int(file.read().split()[0])
        try:
            self.assertIn("is in use by another", run("small", self.data, runs, "--only", "l2s-27", steps=1_000_000)[1])
            begun.kill()
            begun.communicate()
            self.assertIn("or by a doppel it left behind", run("small", self.data, runs, "--only", "l2s-27", steps=1_000_000)[1])
        finally:
            os.kill(child, signal.SIGTERM)
        for _ in range(30_000):  # the child saves and ends
            code, output = run("small", self.data, runs, "--only", "l2s-27", steps=7)
            if "is in use" not in output:
                break
            time.sleep(0.01)
        self.assertEqual(code, 1)
        self.assertRegex(output, "queue.json was begun with another set; choose another --runs")

    def test_paper_and_stable_recipes_train_and_never_mix(self):
        runs = self.runs("paper")
        self.assertEqual(run("paper", self.data, runs, "--only", "2")[0], 0)
        code, output = run("paper", self.data, runs, "--stable", "--only", "2")
        self.assertEqual(code, 1)
        self.assertIn("was begun with another stable", output)
        stable = self.runs("paper-stable")
        self.assertEqual(run("paper", self.data, stable, "--stable", "--only", "2")[0], 0)
        for folder, suffix in ((runs, ""), (stable, "-stable")):
            self.assertEqual(tables_of(folder)[2][1]["recipes"], ["initial-l2s-le-mb-a" + suffix])
            self.assertEqual(tables_of(folder)[2][1]["state"], "done")
            with open(os.path.join(folder, "initial-l2s-le-mb-a" + suffix, "config.toml")) as file:
                self.assertIn("warmup = 500" if suffix else "warmup = 0", file.read())
            with open(os.path.join(folder, "tables.md")) as file:
                self.assertEqual("-stable" in file.read(), suffix != "")

    def one_shot_files(self, columns):
        """The faces as a one-shot set: 34 base people, 6 novel ones, one photo of each in development and test set."""
        folder = tempfile.mkdtemp(dir=self.folder)
        people = sorted(name for name in os.listdir(self.data) if os.path.isdir(os.path.join(self.data, name)))
        rows = {"base": [], "novel": [], "development": [], "test": []}
        for i, person in enumerate(people):
            base = i < 34
            for k, photo in enumerate(sorted(os.listdir(os.path.join(self.data, person)))):
                with open(os.path.join(self.data, person, photo), "rb") as file:
                    jpeg = base64.b64encode(file.read()).decode()
                if k == 3:
                    rows["development"].append(f"{'base' if base else 'novel'}\t{photo}\t{jpeg}\t{person}\turl")
                    rows["test"] = rows["development"][2:]
                elif base or k == 0:
                    rows["base" if base else "novel"].append(f"{photo}\t{jpeg}\t{person}\t1\turl")
        for name, lines in rows.items():
            with open(os.path.join(folder, name + ".tsv"), "w") as file:
                file.write("\n".join(lines) + "\n")
        with open(os.path.join(folder, "dataset.toml"), "w") as file:
            file.write('base_train = "base.tsv"\nnovel_train = "novel.tsv"\ndevelopment = "development.tsv"\ntest = "test.tsv"\n' + columns)
        return os.path.join(folder, "dataset.toml")

    def test_the_one_shot_set_in_its_own_files(self):
        for columns, held_out in (("", "development"), ('[columns]\ntest = ["set", "image_id", "photo", "mid", "url"]\n', "test")):
            runs, data = self.runs("files_" + held_out), self.one_shot_files(columns)
            code, output = run("paper", data, runs, "--only", "3", "--only", "l2s-mb-9")
            self.assertEqual(code, 0, output)
            tables = tables_of(runs)
            self.assertEqual(tables[3][0]["state"], "done")
            self.assertEqual(tables[3][0]["set"], held_out)
            for number, row in ((4, 5), (6, 4), (2, 0)):
                self.assertEqual(tables[number][row]["state"], "done")
                self.assertEqual(tables[number][row]["set"], "development")
                self.assertEqual(tables[number][row]["here"]["novel_images"], 6)
                self.assertEqual(tables[number][row]["here"]["identities"], 40)
            self.assertEqual(tables[6][11]["state"].split(",")[0], "not run yet: no figures of l2s-mb-1")

    def test_a_dry_run_lists_the_queue_and_writes_nothing(self):
        runs = self.runs("dry")
        code, output = run("paper", self.data, runs, "--dry-run", "--only", "6")
        self.assertEqual(code, 0, output)
        self.assertEqual(len(output.splitlines()), 1 + 10)
        self.assertFalse(os.path.exists(runs))

    def test_mistakes_are_named(self):
        for more, message in ((["--only", "7"], "--only must be the number of a table or the name of a recipe, got 7"),
                              (["--stable"], "--stable belongs to paper"),
                              (["--set", "seed=3"], "--set seed would give")):
            code, output = run("small", self.data, self.runs("mistakes"), *more)
            self.assertNotEqual(code, 0)
            self.assertIn(message, output)
        self.assertIn("no such file or folder", run("small", self.data + "x", self.runs("mistakes"))[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
