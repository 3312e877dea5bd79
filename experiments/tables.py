"""The tables of experiments/run: what tables.toml names, filled from the files that the runs left. No figure comes from
anywhere else; a row without one says why."""
import json
import os
import re
import tomllib


def read(path):
    with open(path, "rb") as file:
        return tomllib.load(file)["table"]


def read_json(path):
    """The content of a JSON file; None where there is none."""
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return json.load(file)


def checkpoint_step(folder):
    """Steps of a run's newest checkpoint, 0 without one."""
    found = [re.fullmatch(r"step-(\d+)\.safetensors", name) for name in
             (os.listdir(os.path.join(folder, "checkpoints")) if os.path.isdir(os.path.join(folder, "checkpoints")) else [])]
    return max([int(m[1]) for m in found if m], default=0)


def seconds_per_step(folder, warm_up):
    """Mean over the logged steps after the warm-up."""
    with open(os.path.join(folder, "metrics.jsonl")) as file:
        lines = [json.loads(line) for line in file]
    with open(os.path.join(folder, "config.toml"), "rb") as file:
        batch = tomllib.load(file)["sampling"]["batch"]
    seconds, last = 0.0, 0
    for line in lines:
        if line["step"] > warm_up:
            seconds += (line["step"] - last) * batch / line["images_per_second"]
        last = line["step"]
    return seconds / (last - warm_up)


def held_out_set(table, data):
    """The set a table is scored on. The test set of a dataset.toml has truth where its columns name a MID."""
    if not data.endswith(".toml"):
        return "novel"
    with open(data, "rb") as file:
        content = tomllib.load(file)
    truth = "test" in content and "mid" in content.get("columns", {}).get("test", [])
    return "test" if table.get("set") == "test" and truth else "development"


def ensemble_path(runs, table, row, suffix):
    name = re.sub(r"[^a-z]+", "-", row["name"].lower()).strip("-")
    return os.path.join(runs, "ensembles", f"table{table['number']}-{name}{suffix}.json")


def figures(folder, by):
    """The one-shot figures of a run by prototypes or by classifier; None where there are none yet."""
    learnt = read_json(os.path.join(folder, "classifier.json"))
    return learnt[by] if learnt else read_json(os.path.join(folder, "evaluation.json")) if by == "prototypes" else None


def state(queue, name):
    folder = queue.folder(name)
    problem = read_json(os.path.join(folder, "problem.json"))
    if problem:
        return f"{problem['kind']}: {problem['reason']}"
    done, steps = checkpoint_step(folder), queue.steps(name)
    if done >= steps:
        return "trained, not scored yet"
    return f"not run yet: {done} of {steps} steps" if done else "not run yet"


def in_percent(share):
    """Of a share that may not be there, as those of novel photos where nobody is novel."""
    return None if share is None else 100 * share


def row_of(queue, table, row):
    single = len(row["recipes"]) == 1
    if single:
        found = figures(queue.folder(row["recipes"][0]), table["by"])
        why = "" if found else state(queue, row["recipes"][0])
    else:
        found = read_json(ensemble_path(queue.a.runs, table, row, queue.suffix))
        missing = [r for r in row["recipes"] if figures(queue.folder(r), table["by"]) is None]
        why = "" if found else "not run yet" + (f": no figures of {', '.join(missing)}" if missing else "")
    return {
        "name": row["name"],
        "recipes": [r + queue.suffix for r in row["recipes"]],
        "paper": {"c99": row["c99"], "c999": row.get("c999")},
        "here": found and {
            "c99": in_percent(found["coverage"]["0.99"]),
            "c999": in_percent(found["coverage"]["0.999"]),
            "novel_top1": in_percent(found["novel_top1"]),
            "base_top1": in_percent(found["base_top1"]),
            "novel_images": found["novel_images"],
            "identities": found["identities"],
        },
        "set": found.get("set", held_out_set({}, queue.a.data)) if found else None,
        "state": "done" if found else why,
    }


def percent(value):
    return "" if value is None else f"{value:.2f}%"


def markdown(queue, built):
    which = f"experiments/{queue.a.scale}/" + (", the stable twins" if queue.suffix else "")
    text = [f"# Tables 2 to 6: {which}", "",
            f"Data: {os.path.abspath(queue.a.data)}. Settings over every recipe: {' '.join(queue.settings[1::2]) or 'none'}.",
            "C@p = coverage at precision p, of the novel photos. \"Paper\" are the paper's figures, on its data and at its size.",
            "One seed a row: sampling noise is large, about 1.4 points at C@99% on the paper's 5,000 photos.", ""]
    for table in built:
        text += [f"## Table {table['number']}: {table['title']}", "",
                 "| row | recipe | C@99%: paper | here | C@99.9%: paper | here | novel top-1 | base top-1 | state |",
                 "|---|---|---|---|---|---|---|---|---|"]
        for row in table["rows"]:
            here = row["here"] or {}
            recipe = row["recipes"][0] if len(row["recipes"]) == 1 else f"{len(row['recipes'])} networks"
            text.append("| " + " | ".join([
                row["name"], recipe, percent(row["paper"]["c99"]), percent(here.get("c99")), percent(row["paper"]["c999"]),
                percent(here.get("c999")), percent(here.get("novel_top1")), percent(here.get("base_top1")),
                row["state"].replace("|", "/") + (f" ({row['set']} set)" if row["set"] else "")]) + " |")
        text.append("")
    return "\n".join(text)


def write(queue):
    """RUNS/tables.md and RUNS/tables.json, from what is there now."""
    built = [{"number": t["number"], "title": t["title"], "rows": [row_of(queue, t, r) for r in t["row"]]} for t in queue.tables]
    content = {"scale": queue.a.scale, "stable": queue.a.stable, "data": os.path.abspath(queue.a.data),
               "set": queue.settings[1::2], "tables": built}
    for name, text in (("tables.md", markdown(queue, built)), ("tables.json", json.dumps(content, indent=2) + "\n")):
        path = os.path.join(queue.a.runs, name)
        with open(path + ".part", "w") as out:
            out.write(text)
        os.replace(path + ".part", path)
