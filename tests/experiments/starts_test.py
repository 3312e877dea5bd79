"""experiments/starts with a stand-in for doppel: what it asks for, that it goes on where it stopped, and its table."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

STARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "experiments", "starts")

# Collapses (exit code 3) from a start at zero with random batches; else the novel top-1 is 0.5, 0.6 by seed, and 0.1, 0.2
# more from class means.
STAND_IN = """#!{python}
import json, os, sys
words = sys.argv[1:]
if words[0] == "train":
    run, seed = words[words.index("--run") + 1], int(words[words.index("--seed") + 1])
    collapses = "init.classifier=zero" in words and "sampling.random_classes=27" in words
    os.makedirs(run)
    with open(run + "/metrics.jsonl", "w") as out:
        for step in (500, 700) if collapses else (500, 1000, 1500, 2000):
            print(json.dumps({{"step": step, "l2_softmax_recent": 8 - step / 1000 + seed, "negative_cosine": 0.25}}), file=out)
        print(json.dumps({{"step": 2000, "novel_top1": 0.9}}), file=out)
    json.dump(words, open(run + "/words.json", "w"))
    sys.exit(3 if collapses else 0)
words = json.load(open(words[1] + "/words.json"))
seed = int(words[words.index("--seed") + 1])
top1 = 0.5 + 0.1 * seed + (0.1 + 0.1 * seed) * ("init.classifier=means" in words)
print(json.dumps({{"novel_top1": top1, "base_top1": 0.9, "coverage": {{"0.99": 0.25}}}}))
"""


class Starts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.doppel, self.out = os.path.join(self.folder.name, "doppel"), os.path.join(self.folder.name, "out.jsonl")
        with open(self.doppel, "w") as program:
            program.write(STAND_IN.format(python=sys.executable))
        os.chmod(self.doppel, 0o755)

    def tearDown(self):
        self.folder.cleanup()

    def starts(self, *arguments):
        done = subprocess.run([sys.executable, STARTS, *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_all(self, *more):
        return self.starts("run", "DATA", "--name", "toy", "--recipe", "demo", "--out", self.out, "--doppel", self.doppel,
                           "--rate", "0.1", "--seeds", "2", "--start", "zero", "means", *more)

    def test_goes_on_where_it_stopped(self):
        self.assertEqual(len(self.run_all("--sampling", "random").splitlines()), 4)
        self.assertEqual(len(self.run_all().splitlines()), 4)  # those with mining
        self.assertEqual(self.run_all(), "")
        with open(self.out) as lines:
            results = [json.loads(line) for line in lines]
        self.assertEqual({(r["start"], r["sampling"]): r["collapsed"] for r in results},
                         {("zero", "random"): 700, ("means", "random"): None, ("zero", "mining"): None,
                          ("means", "mining"): None})
        self.assertEqual(results[0]["at"], {"500": [7.5, 0.25]})

    def test_table(self):
        self.run_all()
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in self.starts("table", self.out).splitlines()]
        by_name = {(row[1], row[3]): dict(zip(rows[0], row)) for row in rows[2:]}
        self.assertEqual(by_name["random", "zero"]["collapsed"], "2 of 2")
        self.assertEqual(by_name["random", "zero"]["novel top-1"], "-")
        self.assertEqual(by_name["mining", "means"]["loss at 500"], "8.00")
        self.assertEqual(by_name["mining", "means"]["novel top-1"], "70.0")
        # Differences of 10 and 20 points: 15, and 12.706 times 7.07 over the root of 2.
        self.assertEqual(rows[0][11], "against zero")
        self.assertEqual([row[11] for row in rows if row[1] == "mining" and row[3] == "means"], ["+15.0 ± 63.5"])


if __name__ == "__main__":
    unittest.main()
