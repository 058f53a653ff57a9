"""`sahayok-eval rate`: let people rate replies blindly, in the terminal or in an offline form, and read the results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval_harness.commands.options import natural, positive
from eval_harness.errors import EvalError

if TYPE_CHECKING:
    from eval_harness.rating.plan import Plan

ITEMS = 20


def add(commands: Any) -> None:
    parser = commands.add_parser("rate", help="people's ratings: a blind session, an offline form, the results")
    parser.add_argument("records", nargs="*", type=Path, metavar="RECORDS", help="record files whose replies are rated")
    parser.add_argument("--rater", metavar="NAME", help="who rates; each name has an order of its own")
    parser.add_argument("--out", type=Path, metavar="RATINGS.jsonl", help="where the ratings go; the plan beside it")
    parser.add_argument(
        "--items", type=positive, metavar="N", help=f"items to draw ({ITEMS}), all where there are fewer"
    )
    parser.add_argument("--seed", type=natural, metavar="N", help="of the draw (1)")
    parser.add_argument("--scales", metavar="KEY[,KEY...]", help="ask only these scales, like safety,fit (all)")
    parser.add_argument("--html", type=Path, metavar="FORM.html", help="write an offline form instead of asking here")
    parser.add_argument(
        "--import", type=Path, dest="form", metavar="ANSWERS.json", help="take over what a form's rater sent back"
    )
    parser.add_argument("--results", nargs="+", type=Path, metavar="RATINGS.jsonl", help="what the ratings say")
    parser.add_argument("--plan", type=Path, metavar="PLAN.json", help="default: beside the ratings")
    parser.add_argument("--failures", action="store_true", help="list the replies of wrong subject or opposite feeling")
    parser.add_argument("--json", action="store_true", help="the results as JSON")
    parser.set_defaults(run=run)


def run(arguments: Any) -> int:
    _check(arguments)
    if arguments.results:
        return _results(arguments)
    if arguments.form:
        return _import(arguments)
    return _rate(arguments)


def _check(arguments: Any) -> None:
    """Raises EvalError for options that do not go together."""
    given = {
        "RECORDS": arguments.records,
        "--rater": arguments.rater is not None,
        "--out": arguments.out,
        "--items": arguments.items,
        "--seed": arguments.seed is not None,
        "--scales": arguments.scales is not None,
        "--html": arguments.html,
        "--import": arguments.form,
        "--results": arguments.results,
        "--plan": arguments.plan,
        "--failures": arguments.failures,
        "--json": arguments.json,
    }
    if arguments.results:
        needed, allowed = {"--results"}, {"--plan", "--failures", "--json"}
    elif arguments.form:
        needed, allowed = {"--import", "--out"}, {"--plan"}
    else:
        needed, allowed = {"RECORDS", "--rater", "--out"}, {"--items", "--seed", "--scales", "--html"}
    if missing := [name for name in given if name in needed and not given[name]]:
        raise EvalError(f"{' and '.join(missing)} must be given too (rate --help explains)")
    if wrong := [name for name in given if given[name] and name not in needed | allowed]:
        raise EvalError(f"{wrong[0]} does not go with {', '.join(name for name in given if name in needed)}")


def _plan_path(ratings: Path) -> Path:
    return ratings.with_suffix(".plan.json")


def _rate(arguments: Any) -> int:
    import sys

    from eval_harness.rating.answers import answers_of, rater_name

    try:
        rater = rater_name(arguments.rater)
    except ValueError as error:
        raise EvalError(f"--rater: {error}") from None
    if arguments.html and arguments.html.suffix.lower() != ".html":  # it might be the records or the ratings
        raise EvalError(f"--html {arguments.html}: the name must end in .html")
    for path in (arguments.out, arguments.html):
        if path is not None and not path.absolute().parent.is_dir():
            raise EvalError(f"no folder {path.parent}: make it first")
    plan = _plan(arguments)
    if arguments.html:
        from eval_harness.rating.form import write_form

        write_form(plan, rater, arguments.html)
        print(f"{arguments.html}: {len(plan.keys)} ratings to give; the plan is {_plan_path(arguments.out)}")
        return 0
    answers = answers_of(arguments.out, plan)
    if answers.cut_bytes:
        print(f"a last line of {answers.cut_bytes} bytes was cut off; that reply is asked again", file=sys.stderr)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise EvalError("rating needs a terminal; --html writes a form for those who have none")
    return _session(plan, rater, arguments.out, answers.latest())


def _session(plan: Plan, rater: str, out: Path, before: Any) -> int:
    from eval_harness.rating.answers import append
    from eval_harness.rating.cells import count_spacing_marks
    from eval_harness.rating.scales import bengali_number, load_texts
    from eval_harness.rating.session import RatingApp
    from eval_harness.rating.sheet import Sheet

    count_spacing_marks()
    sheet = Sheet(plan, rater, before, lambda answer: append(out, [answer]))
    app = RatingApp(sheet)
    app.run()
    if app.failed is not None:
        raise app.failed
    text = load_texts()["finished" if sheet.done == len(sheet.shown) else "paused"]
    print(text.format(done=bengali_number(sheet.done), total=bengali_number(len(sheet.shown))))
    return app.return_code or 0


def _plan(arguments: Any) -> Plan:
    """The plan of these records, items, seed and scales; written down, or checked against the one that is there."""
    import sys

    from eval_harness.rating.plan import Plan, make_plan
    from eval_harness.rating.scales import scale_keys
    from eval_harness.record_sets import load_record_sets, unique_names

    try:
        scales = None if arguments.scales is None else scale_keys(arguments.scales)
    except ValueError as error:
        raise EvalError(f"--scales: {error}") from None
    loaded = [(one, path) for path in arguments.records for one in load_record_sets(path)]
    sets = [one for one, _ in loaded]
    names = unique_names(sets, [path for _, path in loaded])
    plan = make_plan(sets, names, arguments.items or ITEMS, 1 if arguments.seed is None else arguments.seed, scales)
    path = _plan_path(arguments.out)
    if not path.exists():
        plan.write(path)
        for note in plan.notes:
            print(note, file=sys.stderr)
    elif Plan.read(path).id != plan.id:
        raise EvalError(
            f"{path} is a plan of other records, --items, --scales or --seed: give those again, or another --out"
        )
    return plan


def _import(arguments: Any) -> int:
    from eval_harness.rating.answers import answers_of, append, read_form
    from eval_harness.rating.plan import Plan

    plan = Plan.read(arguments.plan or _plan_path(arguments.out))
    before = answers_of(arguments.out, plan).latest()
    answers = read_form(arguments.form, plan)
    new = [answer for answer in answers if before.get((answer.rater, answer.key)) != answer]
    if new:
        append(arguments.out, new)
    print(f"{len(new)} answers of {answers[0].rater} added to {arguments.out}, {len(answers) - len(new)} were there")
    return 0


def _results(arguments: Any) -> int:
    import json

    from eval_harness.rating.analysis import results
    from eval_harness.rating.plan import Plan
    from eval_harness.rating.results_text import as_text

    found = results(arguments.results, Plan.read(arguments.plan or _plan_path(arguments.results[0])))
    if arguments.failures and found.verdicts is None:
        raise EvalError("--failures needs ratings of the scale fit, which this plan does not ask")
    if arguments.json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    else:
        print(as_text(found, failures=arguments.failures), end="")
    return 0
